import type { TenantSettings } from '../../config/tenants';
import type { VaultError } from '../../vault';
import { SCOPES } from '../../vault/credential';
import { GOOGLE_IAM_URL } from '../../vault/keyless-client';
import type { Service } from '../../vault/method';
import { GOOGLE_TOKEN_URL } from '../../vault/token-route';
import { fail } from './check';
import type { Finding } from './check';
import { explainUnanswered } from './explain-unanswered';

const SIGN_IN_AGAIN =
  'sign in again (gcloud auth application-default login --scopes=…), or use a service account with delegation, which ' +
  'no reauthentication policy ends';

/** Why there is no token, and who can change that. The codes are OAuth's, the texts Google's. */
export function explainToken(error: VaultError, tenant: TenantSettings, service: Service): Finding {
  const unanswered = explainUnanswered(error, hostOf(error, tenant));
  if (unanswered) return unanswered;
  const detail = said(error);
  if (error.origin === 'iam') return fail(detail, iamAdvice(error, tenant));
  if (error.origin === 'source')
    return fail(`the source credential: ${detail}`, grantAdvice(error) ?? SIGN_IN_AGAIN);
  switch (error.reason ?? 'unknown') {
    case 'unauthorized_client':
      return fail(
        `${detail}: delegation or its scope is missing`,
        'in admin.google.com, Security > Access and data control > API controls > Domain-wide delegation, add the ' +
          `client id of the service account with the scope ${SCOPES[service]}; it may take some minutes, at most a day`,
      );
    case 'invalid_grant':
      return fail(
        detail,
        grantAdvice(error) ?? 'see that the service account and its Vault user exist and are active',
      );
    case 'invalid_client':
    case 'deleted_client':
    case 'disabled_client':
      return fail(detail, 'the OAuth client of these credentials is gone: sign in with one that exists');
    case 'invalid_scope':
    case 'access_denied':
    case 'admin_policy_enforced':
      return fail(
        detail,
        `allow the scope ${SCOPES[service]} for this app in admin.google.com, API controls`,
      );
    default:
      return fail(detail, `see the credential that ${tenant.credentialSource} names`);
  }
}

function hostOf(
  { origin }: VaultError,
  { tokenUrl = GOOGLE_TOKEN_URL, iamUrl = GOOGLE_IAM_URL }: TenantSettings,
): string {
  return new URL(origin === 'iam' ? iamUrl : tokenUrl).host;
}

/** `invalid_grant` is a dozen faults; only the text beside it tells which. */
function grantAdvice({ serverMessage = '' }: VaultError): string | undefined {
  if (/rapt|reauth/i.test(serverMessage)) return SIGN_IN_AGAIN;
  if (/iat|exp\b|short-lived|timeframe/i.test(serverMessage))
    return 'set the clock of this machine by NTP: the assertion seems to come from another time';
  if (/invalid email|user id/i.test(serverMessage))
    return 'set the subject to the primary address of an active user of this organisation, not an alias or a group';
  if (/account not found/i.test(serverMessage))
    return 'the service account was deleted: make one anew, with its delegation, or name another';
  if (/signature/i.test(serverMessage))
    return 'the key was deleted or disabled: make a new key for the service account, or go without (keyless)';
  if (/expired or revoked|token has been/i.test(serverMessage)) return SIGN_IN_AGAIN;
  return undefined;
}

function iamAdvice({ status, reason }: VaultError, { credential }: TenantSettings): string {
  const account = credential.type === 'keyless' ? credential.serviceAccount : 'the service account';
  if (reason === 'SERVICE_DISABLED' || reason === 'accessNotConfigured')
    return 'enable it in the project: gcloud services enable iamcredentials.googleapis.com';
  if (status === 'NOT_FOUND') return `there is no ${account}: see its name`;
  return (
    'grant roles/iam.serviceAccountTokenCreator to whom the source credentials name, also where that is the same ' +
    `account: gcloud iam service-accounts add-iam-policy-binding ${account} --role=roles/iam.serviceAccountTokenCreator ` +
    '--member=…'
  );
}

function said({ reason, status, httpStatus, serverMessage }: VaultError): string {
  const code = reason ?? status ?? (httpStatus === undefined ? 'no token' : `HTTP ${httpStatus}`);
  return serverMessage === undefined ? code : `${code} (${serverMessage.replace(/\.$/, '')})`;
}
