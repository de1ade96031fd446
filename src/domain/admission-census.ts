import { z } from 'zod';
import type { Entry } from './admission-entry';
import { PRIORITIES } from './admission-entry';
import { exportQuotasSchema } from './admission-quotas';
import { hasRoomFor, leave, revise } from './admission-state';
import type { AdmissionState } from './admission-state';

/** What a look at the jobs themselves shows, as far as it differs from what the queue knows. */
export const censusSchema = z.object({
  /** Jobs whose exports run, which the queue does not count as running. */
  running: z.array(z.object({ jobId: z.string(), runId: z.string(), startedAtMs: z.number() })),
  /** Jobs that are over, and whose exports are. */
  gone: z.array(z.string()),
  /** As the worker is configured that looked: a changed configuration takes effect with the next census. */
  quotas: exportQuotasSchema.exactOptional(),
});
export type Census = z.output<typeof censusSchema>;

/** Which of the jobs that were given turns are over. */
export const admittedSchema = z.object({ gone: z.array(z.string()) });

/** What the census is to compare with the jobs. */
export function knownTo(state: AdmissionState): { jobId: string; standing: Entry['standing'] }[] {
  return [...state.entries.values()].map(({ jobId, standing }) => ({ jobId, standing }));
}

export function applyCensus(state: AdmissionState, census: Census, nowMs: number): AdmissionState {
  return revise(state, (draft) => {
    draft.quotas = census.quotas ?? draft.quotas;
    for (const jobId of census.gone) leave(draft, jobId, nowMs);
    for (const { jobId, runId, startedAtMs } of census.running) {
      const known = draft.entries.get(jobId);
      // Its search attribute may be that of the run before a reset: who asks for a turn knows better.
      if (known?.standing === 'WAITING' || known?.standing === 'ADMITTED') continue;
      if (known === undefined && draft.rules !== undefined && !hasRoomFor(draft, { jobId })) continue;
      const priority = known?.priority ?? PRIORITIES.usual;
      const running = { standing: 'RUNNING' as const, sinceMs: startedAtMs };
      draft.entries.set(jobId, { jobId, runId, priority, startedAtMs, ...running });
    }
  });
}

/**
 * A queue that begins while exports run has been there before and does not know what the last window held:
 * it waits for one window, or it might ask for more creates than Vault takes.
 */
export function afterFirstCensus(state: AdmissionState, census: Census, nowMs: number): AdmissionState {
  const counted = applyCensus(state, census, nowMs);
  const isTheFirst = census.running.length === 0;
  return isTheFirst ? counted : { ...counted, notBeforeMs: nowMs + counted.quotas.windowMs };
}
