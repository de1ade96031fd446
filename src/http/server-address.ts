/** Names of this machine: what is sent there passes no network. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Why credentials may not be sent to an address; undefined where they may. */
export type AddressFault = 'NO_ADDRESS' | 'PLAIN_HTTP';

/**
 * Credentials go over https. Plain http is for stand-ins: on this machine, or where the configuration says that the
 * network between may read along.
 */
export function addressFault(address: string, allowHttp = false): AddressFault | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'NO_ADDRESS';
  // fetch takes no address with a password in it, and would quote it.
  if (url.username !== '' || url.password !== '') return 'NO_ADDRESS';
  return url.protocol === 'https:' || allowHttp || LOOPBACK.test(url.hostname) ? undefined : 'PLAIN_HTTP';
}

export function isPlainHttp(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'http:';
}
