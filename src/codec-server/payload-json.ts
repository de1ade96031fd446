import type { Payload } from '@temporalio/common';
import { z } from 'zod';

/** A history shows a page of events at a time; nobody needs more at once. */
const MAX_PAYLOADS = 1000;

/** `bytes` in protobuf's JSON: base64 of either alphabet, with or without padding. */
const bytes = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'must be base64')
  .transform((text) => Buffer.from(text, 'base64'));

/** temporal.api.common.v1.Payloads as JSON. https://protobuf.dev/programming-guides/json/ */
export const payloadsSchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), bytes).nullish(), data: bytes.nullish() }))
    .max(MAX_PAYLOADS)
    .default([])
    .transform((payloads) =>
      payloads.map(({ metadata, data }): Payload => ({
        ...(metadata && { metadata }),
        ...(data && { data }),
      })),
    ),
});

export function payloadsToJson(payloads: readonly Payload[]): object {
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([field, value]) => [field, base64(value)]),
      ),
      ...(data && { data: base64(data) }),
    })),
  };
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
