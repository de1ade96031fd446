import type { TenantSettings } from '../../config/tenants';
import { isVaultError } from '../../vault';
import type { VaultCredential, VaultError } from '../../vault';
import { startDeadline } from '../../http/deadline';
import { METHODS } from '../../vault/method';
import type { Method } from '../../vault/method';
import { authorize } from '../../vault/transport';
import { credentialOf, vaultOf } from '../open-tenants';
import { fail, needed, ok, shared, warn } from './check';
import type { Check, Finding } from './check';
import { judgeAddresses } from './addresses';
import { ClockObserver, judgeClock } from './clock';
import { explainToken } from './explain-token';
import { explainVault } from './explain-vault';

const CALL_LIMIT_MS = 8_000;

/** Whether a tenant's jobs could run: each step of the way to Vault, and a read that changes nothing. */
export function tenantChecks(tenant: TenantSettings): Check[] {
  const group = `Tenant ${tenant.name}`;
  const clock = new ClockObserver(fetch);
  const transport = { fetch: clock.fetch, timeoutMs: CALL_LIMIT_MS };
  const credential = shared(() => credentialOf(tenant, transport));
  const usable = needed(credential, 'the credential cannot be used');
  const vaultToken = shared(async () => tokenFor(await usable(), METHODS.listMatters));
  const storageToken = shared(async () => tokenFor(await usable(), METHODS.downloadObject));
  const read = shared(async () => {
    await needed(vaultToken, 'there is no token to read with')();
    return vaultOf(tenant, await usable(), transport).listMatters({ pageSize: 1 });
  });
  return [
    { group, name: 'addresses', run: async () => judgeAddresses(tenant) },
    { group, name: 'credential', run: () => checkCredential(tenant, credential) },
    {
      group,
      name: 'token for Vault',
      run: () =>
        checked(
          vaultToken,
          () => 'given',
          (error) => explainToken(error, tenant, 'vault'),
        ),
    },
    {
      group,
      name: 'token for downloads',
      run: () =>
        checked(
          storageToken,
          () => 'given',
          (error) => downloadsOnly(explainToken(error, tenant, 'storage')),
        ),
    },
    {
      group,
      name: 'read',
      run: () =>
        checked(
          read,
          ({ matters }) => `answered${matters.length === 0 ? ', and shows no matter to this user' : ''}`,
          (error) => explainVault(error, tenant),
        ),
    },
    {
      group,
      name: 'clock',
      run: async () => {
        await Promise.allSettled([vaultToken(), read()]);
        return judgeClock(clock.skewMs);
      },
    },
  ];
}

async function checkCredential(
  tenant: TenantSettings,
  credential: () => Promise<VaultCredential>,
): Promise<Finding> {
  try {
    await credential();
    return ok(describe(tenant));
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return fail(error.message.replace(/^MISCONFIGURED: /, ''), `set in ${tenant.credentialSource}`);
  }
}

function describe({ credential, subject }: TenantSettings): string {
  const user = subject === undefined ? 'as itself' : 'acting for its Vault user';
  switch (credential.type) {
    case 'key-file':
      return `service account key, ${user}`;
    case 'keyless':
      return `keyless delegation, ${user}`;
    case 'application-default':
      return `application default credentials, ${user}`;
  }
}

async function tokenFor(credential: VaultCredential, method: Method): Promise<void> {
  const deadline = startDeadline(CALL_LIMIT_MS);
  try {
    await authorize(credential, method, deadline);
  } finally {
    deadline.clear();
  }
}

async function checked<T>(
  ask: () => Promise<T>,
  seen: (answer: T) => string,
  explain: (error: VaultError) => Finding,
): Promise<Finding> {
  try {
    return ok(seen(await ask()));
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return explain(error);
  }
}

/** Jobs run without it; only fetching an export's files needs it. */
function downloadsOnly(finding: Finding): Finding {
  return finding.status === 'fail'
    ? warn(`${finding.detail}; jobs run, downloads do not`, finding.advice)
    : finding;
}
