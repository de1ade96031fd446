import { defaultPayloadConverter } from '@temporalio/common';
import fc from 'fast-check';
import { encryptionKey, KeyRing, newKeyText } from '../../src/encryption/key-ring';
import { decrypt, encrypt } from '../../src/encryption/payload-cipher';
import { encryptionCodec } from '../../src/encryption/encryption-codec';

const old = encryptionKey('old', newKeyText());
const current = encryptionKey('current', newKeyText());
const both = new KeyRing([current, old]);
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
