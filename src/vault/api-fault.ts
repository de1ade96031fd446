import { readText } from '../http/body';
import { parseErrorBody } from './error-body';
import type { Method } from './method';
import { parseRetryAfter } from './retry-after';
import { VaultError } from './vault-error';

/** No error of Google's comes near; a proxy's page may. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The server answered, and the answer is not a success. */
export async function apiFault(method: Method, response: Response): Promise<VaultError> {
  // The status alone is an answer: a body that breaks off must not turn it into a network error.
  const text = await readText(response, MAX_ERROR_BYTES).catch(() => '');
  const body = parseErrorBody(text);
  const code = body.status ?? `HTTP_${response.status}`;
  return new VaultError(`${code}: ${method.methodId} was answered with HTTP ${response.status}.`, {
    ...body,
    kind: 'api',
    origin: method.service,
    requestSent: true,
    request: method,
    httpStatus: response.status,
    retryAfterMs: body.retryAfterMs ?? parseRetryAfter(response.headers.get('retry-after'), Date.now()),
  });
}
