import fc from 'fast-check';
import { parseJsonText } from '../../src/http/json-text';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

it('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 20 }), (text) => {
      expect(parseJsonText(text)).toEqual(JSON.parse(text));
    }),
  );
});

it.each([nested(101), `{"a":${nested(100)}}`, '['.repeat(1_000_000)])('refuses what is too deep', (text) => {
  expect(() => parseJsonText(text)).toThrow('the body is too deep');
});

it.each([nested(100), '"[[[["', '{"\\"[[[[":"\\\\"}', '["]", "\\u005b"]'])('reads %s', (text) => {
  expect(parseJsonText(text)).toEqual(JSON.parse(text));
});

it('brackets in a string are no depth, and an escaped quote does not end it', () => {
  expect(parseJsonText(JSON.stringify({ [`${'['.repeat(500)}"`]: '\\"[' }))).toBeDefined();
});

it.each([`[${'0,'.repeat(2_000_001)}0]`, `{${'"a":0,'.repeat(1_000_001)}"a":0}`])(
  'refuses what has too many parts',
  (text) => {
    expect(() => parseJsonText(text)).toThrow('the body has too many parts');
  },
);

it.each(['', '{', '"', '"\\', 'secret', '{"secret":}'])('quotes nothing of %j, which is no JSON', (text) => {
  expect(() => parseJsonText(text)).toThrow(/^the body is not JSON$/);
});
