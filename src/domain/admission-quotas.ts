import { z } from 'zod';

const MINUTE_MS = 60_000;
const MAX_COUNT = 100_000;

function count(min: number) {
  const error = `must be a whole number from ${min} to ${MAX_COUNT}`;
  return z.number(error).int(error).min(min, error).max(MAX_COUNT, error);
}

/**
 * What Vault allows, and how much of it the jobs take. The defaults are Google's documented figures:
 * https://developers.google.com/workspace/vault/limits
 */
export const exportQuotasSchema = z
  .object({
    /** Exports that run at once in the whole organisation, whoever started them. */
    runningExports: count(1).default(20),
    /** Of these, left for people in the Vault UI, who take from the same. */
    reserve: count(0).default(2),
    createsPerMinute: count(1).default(2),
    /** How long a minute is. Another than Google's only where a stand-in has another. */
    windowMs: z.number().int().min(1).max(MINUTE_MS).default(MINUTE_MS),
    /** How often the queue is compared with the jobs themselves, for holders that ended without a word. */
    censusMs: z
      .number()
      .int()
      .min(1)
      .default(5 * MINUTE_MS),
  })
  .refine(({ runningExports, reserve }) => reserve < runningExports, {
    path: ['reserve'],
    error: 'must leave at least one of the running exports',
  });
export type ExportQuotas = z.output<typeof exportQuotasSchema>;
