import type { TenantSettings } from '../../config/tenants';
import type { VaultError } from '../../vault';
import { DEFAULT_ROOT_URL } from '../../vault/vault-client-config';
import { fail, warn } from './check';
import type { Finding } from './check';
import { explainUnanswered } from './explain-unanswered';

/** Why Vault refuses a harmless read, as users of the API met it. */
export function explainVault(error: VaultError, { rootUrl = DEFAULT_ROOT_URL }: TenantSettings): Finding {
  const unanswered = explainUnanswered(error, new URL(rootUrl).host);
  if (unanswered) return unanswered;
  const { httpStatus, status = `HTTP ${httpStatus}`, reason, serverMessage } = error;
  const detail = [status, reason, serverMessage].filter((part) => part !== undefined).join(', ');
  if (httpStatus === 429 || /rate ?limit|quota/i.test(`${reason} ${serverMessage}`))
    return warn(
      detail,
      'a quota is used up for now; jobs wait for it. More: the console of the Cloud project',
    );
  if (reason === 'SERVICE_DISABLED' || reason === 'accessNotConfigured')
    return fail(
      detail,
      "enable the API in the service account's project: gcloud services enable vault.googleapis.com",
    );
  if (
    reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ||
    /insufficient authentication scopes/i.test(serverMessage ?? '')
  )
    return fail(
      detail,
      'the token lacks the scope https://www.googleapis.com/auth/ediscovery: sign in again with it, or use delegation',
    );
  if (/does not have vault installed/i.test(serverMessage ?? ''))
    return fail(
      detail,
      'the organisation has no Vault: see in admin.google.com, Billing and Apps > Vault, that it is bought and turned on',
    );
  if (httpStatus === 401)
    return fail(
      detail,
      'Vault takes no token from where this one came: see the root URL, the token URL and the clock',
    );
  if (httpStatus === 403)
    return fail(
      detail,
      'give the Vault user a Vault licence, and an admin role with the Vault privileges Manage Matters, Manage Searches ' +
        'and Manage Exports (admin.google.com, Account > Admin roles); a change may take a day',
    );
  return fail(detail, 'see that the root URL is that of Vault');
}
