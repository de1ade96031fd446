import { misconfigured } from './vault-error';

/** The beginning of a server's addresses, without a slash at its end. */
export function rootUrl(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw misconfigured(`${name} is not an http or https address.`);
  return value.replace(/\/+$/, '');
}
