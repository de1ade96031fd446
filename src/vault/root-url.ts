import { serverUrl } from './server-url';

/** The beginning of a server's addresses, without a slash at its end. */
export function rootUrl(name: string, value: string, allowHttp: boolean | undefined): string {
  serverUrl(name, value, allowHttp);
  return value.replace(/\/+$/, '');
}
