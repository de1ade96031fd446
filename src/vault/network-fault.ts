import { isJsonObject } from '../domain/json';
import type { Deadline } from '../http/deadline';
import type { Method } from './method';
import { VaultError, type VaultErrorOrigin } from './vault-error';

/** With one of these no connection came about, so the server cannot have seen the request. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

interface Stage {
  origin: VaultErrorOrigin;
  /** What is known of the request at this stage, whatever happened. */
  requestSent: boolean | 'unknown';
}

/** No usable answer: the deadline ended, or the connection did. */
export function networkFault(method: Method, error: unknown, deadline: Deadline, stage: Stage): VaultError {
  const ended = deadline.ended();
  if (ended !== undefined) return endedFault(method, ended, stage);
  const code = systemCode(error);
  const requestSent =
    stage.requestSent === 'unknown' && NEVER_CONNECTED.has(code ?? '') ? false : stage.requestSent;
  return new VaultError(
    `${code ?? 'NETWORK'}: ${method.methodId} got no answer from the ${stage.origin} server.`,
    { ...stage, kind: 'network', requestSent, request: method, reason: code },
    { cause: error },
  );
}

export function endedFault(method: Method, ended: 'timeout' | 'aborted', stage: Stage): VaultError {
  const message =
    ended === 'timeout'
      ? `TIMEOUT: ${method.methodId} got no answer from the ${stage.origin} server in time.`
      : `ABORTED: ${method.methodId} was given up by its caller.`;
  return new VaultError(message, { ...stage, kind: ended, request: method });
}

/** Node's fetch throws a bare TypeError; what the system said is one or two causes deeper. */
export function systemCode(error: unknown): string | undefined {
  let current = error;
  // Not instanceof: under Jest, fetch throws the errors of another realm.
  for (let depth = 0; depth < 5 && isJsonObject(current); depth += 1) {
    if (typeof current['code'] === 'string') return current['code'];
    if (current['name'] === 'TimeoutError') return 'TimeoutError';
    current = current['cause'];
  }
  return undefined;
}
