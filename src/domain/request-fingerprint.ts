import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

/**
 * Tells whether two requests are the same without keeping either; 64 hex digits. Salted with the job's id, since terms may
 * be easy to guess. The client and the job itself compute it alike, so the hash is plain JavaScript: the workflow sandbox
 * has no `node:crypto`.
 */
export function requestFingerprint(jobId: string, request: unknown): string {
  return fingerprint([jobId, request]);
}

/** Waits, limits and priority are no part of what is asked for: they may be tuned without making it another job. */
export function whatIsAsked<R extends object>(request: R): R {
  return { ...request, timing: undefined, limits: undefined, priority: undefined };
}

export function fingerprint(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

/** The same text for the same value, whatever order its fields came in. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
