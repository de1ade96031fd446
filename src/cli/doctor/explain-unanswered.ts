import type { VaultError } from '../../vault';
import { fail } from './check';
import type { Finding } from './check';

/** A server that cannot be reached, or is out of order; undefined where it gave an answer that says something. */
export function explainUnanswered(error: VaultError, host: string): Finding | undefined {
  switch (error.kind) {
    case 'network':
    case 'timeout':
    case 'aborted':
      return fail(
        `${host} does not answer (${error.reason ?? error.kind})`,
        `let this machine reach ${host}; Node.js heeds no HTTPS_PROXY by itself`,
      );
    case 'malformed-response':
      return fail(
        `${host} answers what no server of Google does`,
        'see what stands between: a proxy, or an address in the configuration that is not Google',
      );
    case 'api':
    case 'token':
      return (error.httpStatus ?? 0) >= 500
        ? fail(
            `${host} is out of order (HTTP ${error.httpStatus})`,
            'try again later; jobs wait meanwhile, and nothing is lost',
          )
        : undefined;
    case 'misconfigured':
      return undefined;
  }
}
