import { type AuthClient, OAuth2Client, type OAuth2ClientOptions } from 'google-auth-library';
import { KeylessError } from './keyless-error';
import { readSignedAssertion } from './token-answer';
import type { TokenAnswer } from './token-answer';
import { GOOGLE_TOKEN_URL } from './token-route';

export const GOOGLE_IAM_URL = 'https://iamcredentials.googleapis.com';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The longest that the token endpoint takes. */
const LIFETIME_SECONDS = 3600;

export interface KeylessOptions extends OAuth2ClientOptions {
  /** Who may sign for the service account: roles/iam.serviceAccountTokenCreator, needed by the account itself too. */
  source: AuthClient;
  serviceAccount: string;
  subject: string;
  scope: string;
  iamUrl: string;
  /** Where the assertion is sent, and for whom alone it is good. */
  audience: string;
}

/**
 * Domain-wide delegation without a key: IAM signs the assertion that a key would have signed. The library has this for
 * Python and Go only (https://github.com/googleapis/google-auth-library-nodejs/issues/916), so only the two requests
 * are made here; when to make them, for how long a token is kept and that one request serves many callers stay
 * the library's.
 *
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
 */
export class KeylessClient extends OAuth2Client {
  readonly subject: string;
  readonly #options: KeylessOptions;

  constructor(options: KeylessOptions) {
    super(options);
    this.#options = options;
    this.subject = options.subject;
    // As the library's own JWT client begins: expired, and refreshed by whoever comes first.
    this.credentials = { refresh_token: 'keyless-placeholder', expiry_date: 1 };
  }

  protected override async refreshTokenNoCache() {
    const assertion = await this.#signedAssertion();
    const answer = await this.transporter.request<TokenAnswer>({
      url: GOOGLE_TOKEN_URL,
      method: 'POST',
      data: new URLSearchParams({ grant_type: JWT_BEARER, assertion }),
      responseType: 'json',
    });
    const { access_token, expires_in } = answer.data;
    return {
      tokens: { access_token, token_type: 'Bearer', expiry_date: Date.now() + expires_in * 1000 },
      res: answer,
    };
  }

  async #signedAssertion(): Promise<string> {
    const { source, serviceAccount, subject, scope, iamUrl, audience } = this.#options;
    const headers = await source.getRequestHeaders().catch((error: unknown) => {
      throw new KeylessError('source', error);
    });
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: serviceAccount,
      sub: subject,
      scope,
      aud: audience,
      iat,
      exp: iat + LIFETIME_SECONDS,
    };
    const signed = await this.transporter
      .request<string>({
        url: `${iamUrl}/v1/projects/-/serviceAccounts/${encodeURIComponent(serviceAccount)}:signJwt`,
        method: 'POST',
        headers,
        data: { payload: JSON.stringify(claims) },
        responseType: 'text',
      })
      .then(({ data }) => readSignedAssertion(data))
      .catch((error: unknown) => {
        throw new KeylessError('iam', error);
      });
    return signed;
  }
}
