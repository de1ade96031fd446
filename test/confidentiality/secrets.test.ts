import { SECRETS, secretsIn } from './secrets';

it.each(Object.entries(SECRETS))('%s is found in plain text, in a URL and in base64', (name, secret) => {
  const texts = ['', 'a', 'ab', 'abc'].map((before) => `${before}${secret}after`);
  for (const text of texts) {
    expect(secretsIn(text)).toEqual([name]);
    expect(secretsIn(encodeURIComponent(text))).toEqual([name]);
    expect(secretsIn(Buffer.from(text).toString('base64'))).toEqual([name]);
  }
});
