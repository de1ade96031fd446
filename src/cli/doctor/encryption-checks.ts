import type { Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { quote } from '../../client/list-filter';
import { queryOf } from '../../client/list-jobs';
import { ConfigError } from '../../config/config-error';
import type { Settings } from '../../config/settings';
import { encryptedWith } from '../../domain/undecryptable';
import type { KeyRing } from '../../encryption/key-ring';
import { openKeyRing } from '../../encryption/open-key-ring';
import { decrypt } from '../../encryption/payload-cipher';
import { isNamespaceNotFound } from '../grpc-cause';
import { fail, needed, ok, shared, skipped, warn } from './check';
import type { Check, Finding } from './check';
import { checkCodecServer } from './codec-server-check';

const GROUP = 'Encryption';
const NEWEST_JOBS = 20;
const SET_KEYS = 'give every worker, command and codec server the same keys (VAULT_JOBS_ENCRYPTION_KEYS)';

export function encryptionChecks(settings: Settings, connection: () => Promise<Connection>): Check[] {
  const keys = shared(async () => openKeyRing(settings.encryption, process.env));
  const usable = needed(keys, 'the keys cannot be used');
  const server = needed(connection, 'Temporal does not answer');
  const { url } = settings.encryption.codecServer;
  return [
    { group: GROUP, name: 'keys', run: () => checkKeys(keys) },
    {
      group: GROUP,
      name: 'newest jobs',
      run: async () => checkJobs(await usable(), await newestMemos(await server(), settings)),
    },
    ...(url === undefined
      ? []
      : [
          {
            group: GROUP,
            name: 'codec server',
            run: async () => {
              const ring = await usable();
              return ring ? checkCodecServer(url, settings, ring) : skipped('there is no key to try it with');
            },
          },
        ]),
  ];
}

async function checkKeys(open: () => Promise<KeyRing | undefined>): Promise<Finding> {
  try {
    const keys = await open();
    return ok(
      keys ? `key "${keys.newest.id}" encrypts` : 'none: what jobs write to Temporal is readable there',
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail(
      error.problems.join('; '),
      'mend the file or variable; a key that is lost is to be taken from its copy',
    );
  }
}

/** What each of the newest jobs was started with beside its request, as it is stored; the newest job first. */
async function newestMemos(
  connection: Connection,
  { temporal: { namespace }, taskQueue }: Settings,
): Promise<Payload[]> {
  try {
    const { executions } = await connection.workflowService.listWorkflowExecutions({
      namespace,
      pageSize: NEWEST_JOBS,
      query: queryOf({ query: `TaskQueue = ${quote(taskQueue)}` }),
    });
    return executions.flatMap(({ memo }) => Object.values(memo?.fields ?? {}).slice(0, 1));
  } catch (error) {
    // Said by a line of its own.
    if (isNamespaceNotFound(error)) return [];
    throw error;
  }
}

function checkJobs(keys: KeyRing | undefined, memos: readonly Payload[]): Finding {
  const [newest] = memos;
  if (newest === undefined) return ok('there are none yet');
  for (const memo of memos) {
    const keyId = encryptedWith(memo);
    const read = keys && decrypt(memo, keys);
    if (keyId === undefined || read?.type === 'DECRYPTED') continue;
    return read?.type === 'DAMAGED' || read?.type === 'MOVED'
      ? fail(`key "${keyId}" here is another than the one that jobs were encrypted with`, SET_KEYS)
      : fail(`jobs are encrypted with key "${keyId}", which is not configured here`, SET_KEYS);
  }
  if (keys === undefined) return ok('not encrypted either');
  if (keys.isRequired && memos.some((memo) => encryptedWith(memo) === undefined))
    return warn('not all are encrypted, and encryption.require is on: such jobs wait', SET_KEYS);
  return encryptedWith(newest) === undefined
    ? warn('the newest is not encrypted', `if it was started after encryption was turned on: ${SET_KEYS}`)
    : ok('can be decrypted');
}
