import { z } from 'zod';
import { DURATION, parseDuration } from '../domain/duration';

/** How often jobs that were ended from outside are looked for. */
export const watchdogSchema = z.strictObject({
  every: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) >= 1000, 'must be a duration of at least 1s, like 5m')
    .meta({ pattern: DURATION.source, examples: ['5m'] })
    .default('5m')
    .describe('How often the watchdog looks for jobs whose workflows were terminated or ran out of time.'),
  enabled: z
    .boolean()
    .default(true)
    .describe('false leaves such jobs alone: nobody watches what they started in Vault.'),
});
