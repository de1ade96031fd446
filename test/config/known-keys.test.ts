import { knownKeys } from '../../src/config/known-keys';

it.each([
  [[], ['temporal', 'taskQueue', 'ledger', 'tenants']],
  [['temporal'], ['address', 'namespace', 'profile']],
  [
    ['tenants', 3, 'credential'],
    ['type', 'path', 'serviceAccount'],
  ],
  [['nowhere', 'at', 'all'], []],
])('at %j may stand %j', (path, keys) => {
  expect(knownKeys(path)).toEqual(expect.arrayContaining(keys));
  expect(knownKeys(path).length > 0).toBe(keys.length > 0);
});
