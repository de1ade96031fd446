import { defaultPayloadConverter } from '@temporalio/common';
import type { SerializationContext } from '@temporalio/common';
import fc from 'fast-check';
import { FROM_ANYBODY, isUndecryptable } from '../../src/domain/undecryptable';
import { payloadConverter as forClients } from '../../src/encryption/client-payload-converter';
import { encryptionKey, KeyRing, newKeyText } from '../../src/encryption/key-ring';
import { decrypt, encrypt } from '../../src/encryption/payload-cipher';
import { encryptionCodec } from '../../src/encryption/encryption-codec';
import type { Unreadable } from '../../src/encryption/encryption-codec';
import { payloadConverter as lenient } from '../../workflows/lenient-payload-converter';

const old = encryptionKey('old', newKeyText());
const current = encryptionKey('current', newKeyText());
const both = new KeyRing([current, old]);
/** Written by the version that bound a payload to its key alone. */
const UNBOUND = 'ubSeMGZvO+qYgvYlBX+mo5IZnMMiR0Gz37C9fgeJF5cU39vWMubMx3Dl0snmObQtwFabPC7s//p9ah93z7OexA==';
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value);

it('any value comes back as it was, and is nowhere in what is stored', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stored = encrypt(payloadOf({ secretMarker: value }), current);
      const opened = decrypt(stored, both);
      if (opened.type !== 'DECRYPTED') throw new Error(opened.type);
      expect(Buffer.from(stored.data!).includes('secretMarker')).toBe(false);
      expect(JSON.stringify(defaultPayloadConverter.fromPayload(opened.payload))).toBe(
        JSON.stringify({ secretMarker: value }),
      );
    }),
  );
});

it('the same value is never stored the same twice', () => {
  const [a, b] = [1, 2].map(() => encrypt(payloadOf('once'), current));
  expect(Buffer.from(a!.data!).equals(b!.data!)).toBe(false);
});

it('a change of any byte is noticed', () => {
  const stored = encrypt(payloadOf('evidence'), current);
  stored.data!.forEach((_byte, at) => {
    const changed = Buffer.from(stored.data!);
    changed[at]! ^= 1;
    expect(decrypt({ ...stored, data: changed }, both)).toEqual({ type: 'DAMAGED' });
  });
});

it.each([0, 1, 12, 27, 28])('what is cut to %i bytes is damaged, not an error', (length) => {
  const stored = encrypt(payloadOf('evidence'), current);
  expect(decrypt({ ...stored, data: stored.data!.subarray(0, length) }, both)).toEqual({ type: 'DAMAGED' });
  expect(decrypt({ metadata: stored.metadata! }, both)).toEqual({ type: 'DAMAGED' });
});

it('the id of the key is authenticated: the same key under another id opens nothing', () => {
  const text = newKeyText();
  const stored = encrypt(payloadOf('evidence'), encryptionKey('a', text));
  stored.metadata!['encryption-key-id'] = Buffer.from('b');
  expect(decrypt(stored, new KeyRing([encryptionKey('b', text)]))).toEqual({ type: 'DAMAGED' });
});

it('an old key still decrypts, the newest encrypts', async () => {
  const written = await encryptionCodec(new KeyRing([old])).encode([payloadOf('before')]);
  const codec = encryptionCodec(both);
  const [read] = await codec.decode(written);
  expect(defaultPayloadConverter.fromPayload(read!)).toBe('before');
  const [anew] = await codec.encode([read!]);
  expect(Buffer.from(anew!.metadata!['encryption-key-id']!).toString()).toBe('current');
});

it('the codec hands on what it cannot decrypt and what is not encrypted', async () => {
  const foreign = encrypt(payloadOf('theirs'), encryptionKey('foreign', newKeyText()));
  const plain = payloadOf('typed in the UI');
  expect(await encryptionCodec(both).decode([foreign, plain])).toEqual([foreign, plain]);
});

describe('what is written is bound to where it belongs', () => {
  const namespace = 'default';
  const job = (workflowId: string, of = namespace) =>
    ({ type: 'workflow', namespace: of, workflowId }) as const;
  const step = (workflowId: string, activityId: string) =>
    ({ type: 'activity', namespace, workflowId, activityId, isLocal: false }) as const;
  const run = (time: string) => job(`p:run-2026-11-27T${time}Z`);
  const reports: Unreadable[] = [];
  const codec = encryptionCodec(both, { report: (unreadable) => reports.push(unreadable) });
  const readAt = async (
    written: SerializationContext | undefined,
    here: SerializationContext | undefined,
  ) => {
    const [stored] = await codec.encode([payloadOf('evidence')], written);
    const [read] = await codec.decode([stored!], here);
    return read === stored ? 'not read' : defaultPayloadConverter.fromPayload(read!);
  };

  it.each([
    ['its job', job('a'), job('a')],
    ['its step', step('a', '1'), step('a', '1')],
    ['a reader who is told no place, such as the codec server', step('a', '1'), undefined],
    ['any job, where the writer knew none', undefined, job('a')],
    ['a run that a Schedule started', job('p:run'), run('21:00:00')],
    ['the next run of the Schedule', run('21:00:00'), run('22:00:00')],
  ])('%s reads it', async (_what, written, here) => {
    expect(await readAt(written, here)).toBe('evidence');
  });

  it.each([
    ['another job', job('a'), job('b')],
    ['the same job of another namespace', job('a'), job('a', 'other')],
    ['another step', step('a', '1'), step('a', '2')],
    ['the same step of another job', step('a', '1'), step('b', '1')],
    ['the job itself, where a step wrote it', step('a', '1'), job('a')],
    ['a step, where the job wrote it', job('a'), step('a', '1')],
  ])('%s does not read it, and that is reported', async (_what, written, here) => {
    reports.splice(0);
    expect(await readAt(written, here)).toBe('not read');
    expect(reports).toEqual([{ keyId: 'current', why: 'MOVED', workflowId: here.workflowId }]);
  });

  it('a codec server opens and writes for its namespace alone', async () => {
    const [stored] = await codec.encode([payloadOf('evidence')], job('a', 'other'));
    const server = encryptionCodec(both, { namespace });
    expect(await server.decode([stored!])).toEqual([stored]);
    const [typed] = await server.encode([payloadOf('typed')]);
    const [read] = await codec.decode([typed!], job('a'));
    expect(defaultPayloadConverter.fromPayload(read!)).toBe('typed');
    expect(await codec.decode([typed!], job('a', 'other'))).toEqual([typed]);
  });

  it('the place cannot be rewritten, taken away or renumbered', () => {
    const stored = encrypt(payloadOf('evidence'), current, { namespace, workflowId: 'a' });
    const { 'encryption-place': place, 'encryption-version': version, ...rest } = stored.metadata!;
    const text = (value: string) => Buffer.from(value);
    for (const metadata of [
      rest,
      { ...rest, 'encryption-place': place! },
      { ...rest, 'encryption-version': version! },
      { ...stored.metadata, 'encryption-version': text('1') },
      { ...stored.metadata, 'encryption-place': text('{"namespace":"default","workflowId":"b"}') },
      { ...stored.metadata, 'encryption-place': text('{}') },
    ])
      expect(decrypt({ ...stored, metadata }, both)).toEqual({ type: 'DAMAGED' });
  });

  it('what was written before payloads were bound is read everywhere', () => {
    const key = encryptionKey('old', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=');
    const before = {
      metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('old') },
      data: Buffer.from(UNBOUND, 'base64'),
    };
    const read = decrypt(before, new KeyRing([key]), { namespace, workflowId: 'a' });
    expect(read).toMatchObject({ type: 'DECRYPTED' });
  });
});

describe('where encryption is required', () => {
  const strict = new KeyRing([current], { require: true });
  const plain = payloadOf('typed in the UI');
  const read = async (options?: object) => (await encryptionCodec(strict, options).decode([plain]))[0]!;

  it('a plain payload is not read by a workflow or a step, but as a signal that anybody may send', async () => {
    const refused = await read();
    expect(() => lenient.fromPayload(refused)).toThrow(/not encrypted, and encryption.require is on/);
    expect(lenient.fromPayload(refused, undefined, FROM_ANYBODY)).toBe('typed in the UI');
  });

  it('a client is told, and a codec server shows it', async () => {
    expect(isUndecryptable(forClients.fromPayload(await read()))).toBe(true);
    expect(await read({ showsPlain: true })).toEqual(plain);
  });
});
