import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPassword } from '../../src/ledger/password-file';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-password-'));
const file = join(folder, 'password');
writeFileSync(file, 'a/b@c\n');
afterAll(() => rmSync(folder, { recursive: true }));

it('a password comes from a file, so that neither a shell nor a variable holds it', () => {
  expect(withPassword('postgres://me@db:5432/ledger?x=1', file)).toBe(
    'postgres://me:a%2Fb%40c@db:5432/ledger?x=1',
  );
});

it.each([
  ['no file is named', 'postgres://me@db/ledger', undefined],
  ['the URL has one', 'postgres://me:own@db/ledger', file],
  ['the URL names no user', 'postgres://db/ledger', file],
])('the URL stays as it is where %s', (_where, url, place) => {
  expect(withPassword(url, place)).toBe(url);
});
