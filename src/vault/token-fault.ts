import { gaxios } from 'google-auth-library';
import type { Deadline } from '../http/deadline';
import { AnswerRefusedError } from '../http/body';
import { parseErrorBody } from './error-body';
import { KeylessError } from './keyless-error';
import type { Method } from './method';
import { endedFault, systemCode } from './network-fault';
import { parseRetryAfter } from './retry-after';
import { isVaultError, VaultError, type VaultErrorOrigin } from './vault-error';

type TokenOrigin = Extract<VaultErrorOrigin, 'source' | 'iam' | 'token'>;

/** The request was not made, as there is no token to make it with. */
interface Stage {
  origin: TokenOrigin;
  requestSent: false;
}

const SERVER: { [origin in TokenOrigin]: string } = {
  source: 'the token server gave no token to the source credential',
  iam: 'IAM signed no assertion',
  token: 'the token server gave no token',
};

/**
 * Google's library throws its transport's error, whose fields hold the signed assertion: it is read here
 * and never kept as a cause.
 */
export function tokenFault(method: Method, error: unknown, deadline: Deadline): VaultError {
  if (isVaultError(error)) return error;
  const [origin, fault] =
    error instanceof KeylessError ? [error.stage, error.fault] : ['token' as const, error];
  const stage: Stage = { origin, requestSent: false };
  const ended = deadline.ended();
  if (ended !== undefined) return endedFault(method, ended, stage);
  const response = fault instanceof gaxios.GaxiosError ? fault.response : undefined;
  if (response !== undefined) return refused(method, response, stage);
  const unread = answerRefusal(fault);
  if (unread !== undefined)
    return new VaultError(`MALFORMED_RESPONSE: in the answer of the ${origin} server, ${unread}.`, {
      ...stage,
      kind: 'malformed-response',
      request: method,
    });
  const code = systemCode(fault);
  if (code === 'TimeoutError') return endedFault(method, 'timeout', stage);
  if (!(fault instanceof gaxios.GaxiosError)) return unusable(method, code, stage);
  return new VaultError(`${code ?? 'NETWORK'}: ${method.methodId} got no answer from the ${origin} server.`, {
    ...stage,
    kind: 'network',
    request: method,
    reason: code,
  });
}

function refused(
  method: Method,
  response: { status: number; data: unknown; headers: Headers },
  stage: Stage,
): VaultError {
  const body = parseErrorBody(response.data);
  const code = body.reason ?? body.status ?? `HTTP_${response.status}`;
  return new VaultError(`${code}: ${SERVER[stage.origin]} for ${method.methodId}.`, {
    ...stage,
    ...body,
    kind: 'token',
    request: method,
    httpStatus: response.status,
    retryAfterMs: body.retryAfterMs ?? parseRetryAfter(response.headers.get('retry-after'), Date.now()),
  });
}

function unusable(method: Method, code: string | undefined, stage: Stage): VaultError {
  return new VaultError(`${code ?? 'TOKEN'}: the credential gave no token for ${method.methodId}.`, {
    ...stage,
    kind: 'token',
    request: method,
    reason: code,
  });
}

/** The library wraps what its transport throws. */
function answerRefusal(fault: unknown): string | undefined {
  for (let error = fault; error instanceof Error; error = error.cause)
    if (error instanceof AnswerRefusedError) return error.message;
  return undefined;
}
