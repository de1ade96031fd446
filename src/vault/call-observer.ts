import { RPC_STATUSES } from '../domain/rpc-status';
import type { Method } from './method';
import { VaultError } from './vault-error';

/** How a call ended, in words whose number is bounded. */
export interface CallEnd {
  /** `OK`, a google.rpc status, `HTTP_<n>` where there was none, or in small letters what kept an answer away. */
  answer: string;
  /** False where the request certainly never left: it costs no quota. */
  sent: boolean;
}

/** Is told of each call as it begins, and gives whom to tell of its end. Must not throw. */
export type CallObserver = (method: Method) => (end: CallEnd) => void;

const STATUSES: ReadonlySet<string> = new Set(RPC_STATUSES);

export const ANSWERED: CallEnd = { answer: 'OK', sent: true };

/** A server may write any status it likes; only known ones become a label. */
export function callEndOf(error: unknown): CallEnd {
  if (!(error instanceof VaultError)) return { answer: 'fault', sent: true };
  const { kind, status, httpStatus, requestSent } = error;
  const sent = requestSent !== false;
  if (kind !== 'api') return { answer: kind, sent };
  if (status !== undefined && STATUSES.has(status)) return { answer: status, sent };
  return { answer: httpStatus === undefined ? 'UNKNOWN' : `HTTP_${httpStatus}`, sent };
}

/** One observer of several. */
export function observeWithAll(observers: readonly CallObserver[]): CallObserver {
  return (method) => {
    const ends = observers.map((observe) => observe(method));
    return (end) => ends.forEach((tell) => tell(end));
  };
}
