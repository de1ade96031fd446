import { payloadsSchema, payloadsToJson } from '../../codec-server/payload-json';
import type { Settings } from '../../config/settings';
import type { KeyRing } from '../../encryption/key-ring';
import { decrypt, encrypt } from '../../encryption/payload-cipher';
import { boundedFetch } from '../../http/bounded-fetch';
import { readSecretFile } from '../../encryption/secret-file';
import { fail, ok } from './check';
import type { Finding } from './check';

const ANSWER_BOUNDS = { timeoutMs: 8_000, maxBytes: 64 * 1024 };
const PROBE = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"doctor"') };

/** Whether it decrypts what is encrypted here, for whoever has the token that is configured here. */
export async function checkCodecServer(
  url: string,
  { temporal: { namespace }, encryption: { codecServer } }: Settings,
  keys: KeyRing,
): Promise<Finding> {
  const file = codecServer.tokenFile === undefined ? undefined : readSecretFile(codecServer.tokenFile);
  if (file && 'problem' in file)
    return fail(`the file of its token ${file.problem}`, 'mend VAULT_JOBS_CODEC_TOKEN_FILE');
  const ask = boundedFetch(fetch, ANSWER_BOUNDS);
  let answer: Response;
  try {
    answer = await ask(`${url.replace(/\/$/, '')}/decode`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-namespace': namespace,
        ...(file && { authorization: `Bearer ${file.text.trim()}` }),
      },
      body: JSON.stringify(payloadsToJson([encrypt(PROBE, keys.newest)])),
    });
  } catch {
    return fail(
      `does not answer at ${url}`,
      'start it (vault-jobs codec-server), or set VAULT_JOBS_CODEC_URL to where it is; jobs run without it',
    );
  }
  if (answer.status === 401 || answer.status === 403)
    return fail(
      'refuses the token from here',
      'give it the same VAULT_JOBS_CODEC_TOKEN_FILE, and the same TEMPORAL_NAMESPACE',
    );
  const parsed = payloadsSchema.safeParse(await answer.json().catch(() => undefined));
  const [payload] = parsed.data?.payloads ?? [];
  if (!answer.ok || payload === undefined)
    return fail(
      `answers with HTTP status ${answer.status}`,
      'see whether it is a codec server that answers there',
    );
  return decrypt(payload, keys).type === 'PLAIN'
    ? ok(`decrypts, at ${url}`)
    : fail(
        `cannot decrypt with key "${keys.newest.id}"`,
        'give it the keys that the workers have, and start it again',
      );
}
