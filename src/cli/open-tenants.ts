import { ConfigError } from '../config/config-error';
import type { TenantSettings } from '../config/tenants';
import { createCredential, createVaultClient, isVaultError } from '../vault';
import type { VaultClient, VaultCredential } from '../vault';
import type { CallObserver } from '../vault/call-observer';
import { misconfigured } from '../vault/vault-error';

/** Opens one Vault client a tenant. Asks no server, and names every credential that cannot be used at once. */
export async function openTenants(
  tenants: readonly TenantSettings[],
  observerOf: (tenant: string) => CallObserver | undefined,
  signal?: AbortSignal,
): Promise<Map<string, VaultClient>> {
  const opened = await Promise.allSettled(
    tenants.map((tenant) => openTenant(tenant, observerOf(tenant.name), signal)),
  );
  const problems: string[] = [];
  const clients = new Map<string, VaultClient>();
  for (const [index, result] of opened.entries()) {
    const { name = '', credentialSource } = tenants[index] ?? {};
    if (result.status === 'fulfilled') clients.set(name, result.value);
    else if (isVaultError(result.reason))
      problems.push(
        `${credentialSource}: the credential of tenant ${name}: ${withoutCode(result.reason.message)}`,
      );
    else throw result.reason;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return clients;
}

async function openTenant(
  tenant: TenantSettings,
  onCall: CallObserver | undefined,
  signal: AbortSignal | undefined,
): Promise<VaultClient> {
  const credential = await credentialOf(tenant);
  return vaultOf(tenant, credential, { ...(onCall && { onCall }), ...(signal && { signal }) });
}

export function credentialOf(
  { credential, subject, tokenUrl, iamUrl, allowHttp }: TenantSettings,
  transport: { fetch?: typeof fetch; timeoutMs?: number } = {},
): Promise<VaultCredential> {
  return createCredential({
    source: credential,
    ...(subject !== undefined && { subject }),
    ...(tokenUrl !== undefined && { tokenUrl }),
    ...(iamUrl !== undefined && { iamUrl }),
    ...(allowHttp !== undefined && { allowHttp }),
    ...transport,
  });
}

export function vaultOf(
  { rootUrl, storageUrl, allowHttp }: TenantSettings,
  credential: VaultCredential,
  transport: { fetch?: typeof fetch; timeoutMs?: number; signal?: AbortSignal; onCall?: CallObserver } = {},
): VaultClient {
  const config = {
    ...(rootUrl !== undefined && { rootUrl }),
    ...(storageUrl !== undefined && { storageUrl }),
    ...(allowHttp !== undefined && { allowHttp }),
    ...transport,
  };
  return createVaultClient(config, credential);
}

/** Another tenant's job must never run as this one's Vault user. */
export function vaultOfTenant(clients: ReadonlyMap<string, VaultClient>, tenant: string): VaultClient {
  const client = clients.get(tenant);
  if (client !== undefined) return client;
  throw misconfigured(
    `this worker serves no tenant "${tenant}": add it to the tenants of its configuration.`,
  );
}

function withoutCode(message: string): string {
  return message.replace(/^MISCONFIGURED: /, '');
}
