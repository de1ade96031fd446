import type { TenantSettings } from '../../config/tenants';
import { addressFault, isPlainHttp } from '../../http/server-address';
import { fail, ok, warn } from './check';
import type { Finding } from './check';

/** Where a tenant's requests go, by host alone: a path or a query is nobody's business in a ticket. */
export function judgeAddresses(tenant: TenantSettings): Finding {
  const { rootUrl, storageUrl, tokenUrl, iamUrl, allowHttp = false } = tenant;
  const others = [rootUrl, storageUrl, tokenUrl, iamUrl].filter((url) => url !== undefined);
  const open = hosts(others.filter((url) => addressFault(url) === 'PLAIN_HTTP'));
  if (open !== '' && !allowHttp)
    return fail(
      `plain http to ${open}, where credentials are not sent`,
      'name an https address; for a stand-in in a network of your own set allowHttp or VAULT_ALLOW_HTTP',
    );
  if (open !== '')
    return warn(
      `plain http to ${open}, which allowHttp lets pass: whoever is on the way reads credentials and queries`,
      'leave it so for a stand-in only',
    );
  if (allowHttp)
    return warn('allowHttp is set, and nothing needs it', 'take allowHttp or VAULT_ALLOW_HTTP away');
  if (others.length === 0) return ok("Google's own, over https");
  const standIns = hosts(others.filter(isPlainHttp));
  return ok(
    standIns === ''
      ? `${hosts(others)}, over https`
      : `a stand-in on this machine, over plain http: ${standIns}`,
  );
}

function hosts(urls: readonly string[]): string {
  return [...new Set(urls.map((url) => new URL(url).host))].join(', ');
}
