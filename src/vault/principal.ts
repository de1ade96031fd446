import {
  type AuthClient,
  BaseExternalAccountClient,
  Compute,
  DEFAULT_UNIVERSE,
  ExternalAccountAuthorizedUserClient,
  GdchClient,
  Impersonated,
  JWT,
  UserRefreshClient,
} from 'google-auth-library';
import { misconfigured } from './vault-error';

const CURE =
  'Use a service account key with domain-wide delegation, keyless delegation, or user credentials without a subject.';

/**
 * Refuses a credential that would act as somebody else than configured. google-auth-library passes a subject
 * on for a service account key only and drops it in silence everywhere else; the calls would then run, and
 * be audited, as another principal. Vault in turn answers no service account of its own.
 */
export function assertPrincipal(client: AuthClient, subject: string | undefined): void {
  if (subject === undefined) return assertNotServiceAccount(client);
  if (!(client instanceof JWT) || client.subject !== subject)
    throw misconfigured(
      `a subject is configured, but ${nameOf(client)} cannot act for a subject and would drop it. ${CURE}`,
    );
  if (client.universeDomain !== DEFAULT_UNIVERSE)
    throw misconfigured(`domain-wide delegation works in the universe ${DEFAULT_UNIVERSE} only.`);
}

function assertNotServiceAccount(client: AuthClient): void {
  const isServiceAccount =
    client instanceof JWT ||
    client instanceof Compute ||
    client instanceof Impersonated ||
    client instanceof GdchClient;
  if (isServiceAccount)
    throw misconfigured(
      `no subject is configured, and Vault does not answer ${nameOf(client)} by itself. ` +
        'Configure the subject, the Vault user to act for, with a service account key.',
    );
}

function nameOf(client: AuthClient): string {
  if (client instanceof JWT) return 'a service account key';
  if (client instanceof Impersonated) return 'an impersonated service account';
  if (client instanceof UserRefreshClient) return 'a user credential';
  if (client instanceof Compute) return "the machine's own service account";
  if (client instanceof BaseExternalAccountClient) return 'an external account';
  if (client instanceof ExternalAccountAuthorizedUserClient) return 'an external user';
  return 'this kind of credential';
}
