import { z } from 'zod';
import type { Entry } from './admission-entry';
import { doubtedSinceMs, PRIORITIES } from './admission-entry';
import { exportQuotasSchema } from './admission-quotas';
import { hasRoomFor, leave, revise } from './admission-state';
import type { AdmissionState, Draft } from './admission-state';

/** What a look at the jobs themselves shows, as far as it differs from what the queue knows. */
export const censusSchema = z.object({
  /** Jobs whose exports run, which the queue does not count as running. */
  running: z.array(z.object({ jobId: z.string(), runId: z.string(), startedAtMs: z.number() })),
  /** Jobs that are over, and whose exports are. */
  gone: z.array(z.string()),
  /** Of those that hold a slot while others wait: whose exports were seen to run, and of whose nobody can tell. */
  confirmed: z.array(z.string()).exactOptional(),
  unconfirmed: z.array(z.string()).exactOptional(),
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
    for (const jobId of census.confirmed ?? []) doubt(draft, jobId, undefined);
    for (const jobId of census.unconfirmed ?? []) doubt(draft, jobId, nowMs);
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

function doubt(draft: Draft, jobId: string, nowMs: number | undefined): void {
  const known = draft.entries.get(jobId);
  if (known?.standing !== 'RUNNING' && known?.standing !== 'AWAY') return;
  const { unconfirmedSinceMs, ...certain } = known;
  draft.entries.set(
    jobId,
    nowMs === undefined ? certain : { ...certain, unconfirmedSinceMs: unconfirmedSinceMs ?? nowMs },
  );
}

/** Whether slots are in doubt, or were until this census. */
export function concernsDoubt({ entries }: AdmissionState, { unconfirmed = [] }: Census): boolean {
  return unconfirmed.length > 0 || [...entries.values()].some((entry) => doubtedSinceMs(entry) !== undefined);
}

export function withoutDoubt({
  confirmed: _confirmed,
  unconfirmed: _unconfirmed,
  ...census
}: Census): Census {
  return census;
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
