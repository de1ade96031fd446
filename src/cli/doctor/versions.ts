import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

export function sdkVersion(): string {
  const manifest: unknown = require('@temporalio/client/package.json');
  return manifestSchema.parse(manifest).version;
}

/** Of `1.29.1` and the like; what cannot be read counts as new. */
export function isOlder(version: string, than: string): boolean {
  const [ours, theirs] = [version, than].map((text) => text.split('.').map((part) => parseInt(part, 10)));
  for (const [index, part] of (theirs ?? []).entries()) {
    const own = ours?.[index];
    if (own === undefined || Number.isNaN(own)) return false;
    if (own !== part) return own < part;
  }
  return false;
}
