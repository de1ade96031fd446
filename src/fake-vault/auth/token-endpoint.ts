import { jsonReply, type Reply } from '../http/reply';
import type { World } from '../state/world';
import { verifyAssertion } from './jwt-assertion';
import { OAuthError } from './oauth-error';
import { SIGNING_SCOPES } from './scopes';
import type { Grant } from './token-store';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly authNowMs: number;
  /** The address that the client asked: this server may have several. */
  readonly askedAt: string;
}

/** `POST /token`: https://developers.google.com/identity/protocols/oauth2/service-account */
export function issueToken(world: World, request: TokenRequest): Reply {
  const { form } = request;
  const grant = grantFor(world, request);
  const lifetime = world.settings.tokenLifetimeSeconds;
  return jsonReply(200, {
    access_token: world.tokens.issue(grant, lifetime),
    expires_in: lifetime,
    ...(form.get('grant_type') === 'refresh_token' && { scope: grant.scopes.join(' ') }),
    token_type: 'Bearer',
  });
}

export function oauthErrorReply(error: OAuthError): Reply {
  return jsonReply(error.httpStatus, { error: error.error, error_description: error.message });
}

function grantFor(world: World, { form, authNowMs, askedAt }: TokenRequest): Grant {
  const grantType = form.get('grant_type') ?? '';
  switch (grantType) {
    case JWT_BEARER:
      return assertionGrant(world, form.get('assertion') ?? '', { nowMs: authNowMs, askedAt });
    case 'refresh_token':
      return refreshGrant(world, form);
    default:
      throw new OAuthError('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  }
}

function assertionGrant(world: World, assertion: string, asked: { nowMs: number; askedAt: string }): Grant {
  const { subject, scopes } = verifyAssertion(assertion, world.identity.serviceAccountKey, asked);
  if (scopes.length === 0)
    throw new OAuthError('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  // Asking for itself, a service account needs nobody's leave.
  if (subject === undefined || subject === world.identity.serviceAccountKey.client_email) return { scopes };
  // One scope that is not on the list spoils the whole request.
  if (scopes.some((scope) => !world.settings.delegatedScopes.includes(scope)))
    throw new OAuthError(
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of ' +
        'the scopes requested.',
      401,
    );
  if (!isUser(world, subject)) throw new OAuthError('invalid_grant', 'Invalid email or User ID');
  return { subject, scopes };
}

function refreshGrant(world: World, form: URLSearchParams): Grant {
  const user = world.identity.authorizedUser;
  if (form.get('client_id') !== user.client_id || form.get('client_secret') !== user.client_secret)
    throw new OAuthError('invalid_client', 'The OAuth client was not found.', 401);
  if (form.get('refresh_token') !== user.refresh_token) throw new OAuthError('invalid_grant', 'Bad Request');
  return { subject: world.identity.subject, scopes: [...world.settings.delegatedScopes, ...SIGNING_SCOPES] };
}

function isUser(world: World, email: string): boolean {
  const { users } = world.settings;
  if (users !== null) return users.includes(email);
  return email.split('@')[1] === world.identity.subject.split('@')[1];
}
