/** One marker in every field that may hold something confidential, so that each is known wherever it turns up. */
export const SECRETS = {
  terms: 'zqterms',
  address: 'zqaddress@leak.example',
  exportName: 'zqname',
  reason: 'zqreason',
  requestedBy: 'zqrequester',
  /** In what Vault, the token server and proxies before them say about a request. */
  quoted: 'zqquoted',
  subject: 'zqsubject@leak.example',
} as const;

/** Which secrets are in there, whatever they are encoded in. */
export function secretsIn(text: Buffer | string): string[] {
  const bytes = Buffer.from(text);
  const found = Object.entries(SECRETS).filter(([, secret]) =>
    formsOf(secret).some((form) => bytes.includes(form)),
  );
  return found.map(([name]) => name);
}

/** As it is, in a URL, and in base64 at each of the three offsets it may begin at. */
function formsOf(secret: string): (string | Buffer)[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // What stands before and after a secret changes the characters at its ends.
    return text.slice(offset === 0 ? 0 : offset + 1, -4);
  });
  return [secret, encodeURIComponent(secret), ...inBase64];
}
