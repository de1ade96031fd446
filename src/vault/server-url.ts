import { addressFault } from '../http/server-address';
import { misconfigured } from './vault-error';

/** An address that tokens, queries or a signed assertion are sent to. */
export function serverUrl(name: string, value: string, allowHttp: boolean | undefined): URL {
  const fault = addressFault(value, allowHttp);
  if (fault === 'NO_ADDRESS') throw misconfigured(`${name} is not an http or https address.`);
  if (fault === 'PLAIN_HTTP')
    throw misconfigured(
      `${name} is not an https address, and credentials go nowhere else; for a stand-in in a network of your own ` +
        'set allowHttp or VAULT_ALLOW_HTTP.',
    );
  return new URL(value);
}
