import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { JobFacts } from '../domain/policy-standing';
import type { Sentence } from '../domain/policy-report';
import { AT_ONCE, askJob } from './survey';

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;
const GROWTH = 1.5;

export type Followed = { jobId: string; sentence: Sentence };

/** Asks each job again and again what became of a request, until all have come to rest or the time is up. */
export async function followRequests(
  temporal: Client,
  { jobIds, requestId, untilMs }: { jobIds: readonly string[]; requestId: string; untilMs: number },
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Followed[]> {
  const settled: Followed[] = [];
  let open = [...jobIds];
  for (let waitMs = MIN_WAIT_MS; ; waitMs = Math.min(MAX_WAIT_MS, waitMs * GROWTH)) {
    const stillOpen: string[] = [];
    for (let from = 0; from < open.length; from += AT_ONCE) {
      progress(settled.length, jobIds.length);
      const some = open.slice(from, from + AT_ONCE);
      const facts = await Promise.all(some.map((jobId) => askJob(temporal, jobId, requestId)));
      some.forEach((jobId, i) => {
        const sentence = facts[i] && sentenceOf(facts[i]);
        if (sentence) settled.push({ jobId, sentence });
        else stillOpen.push(jobId);
      });
    }
    open = stillOpen;
    progress(settled.length, jobIds.length);
    const leftMs = untilMs - Date.now();
    if (open.length === 0 || leftMs <= 0 || signal.aborted) break;
    await delay(Math.min(waitMs, leftMs), undefined, { signal }).catch(() => undefined);
  }
  return [...settled, ...open.map((jobId) => ({ jobId, sentence: { type: 'PENDING' as const } }))];
}

/** Undefined while more may come of it. */
function sentenceOf(facts: JobFacts): Sentence | undefined {
  const { state, outcome, disposition, request, beingDeleted } = facts;
  if (request?.skipped !== undefined) return { type: 'SKIPPED', because: request.skipped };
  if (request?.afterEnd) return { type: 'FINISHED_MEANWHILE', ...(outcome && { outcome }) };
  if (state === 'ENDED' && outcome) return { type: 'ENDED', outcome, disposition };
  if (state === 'NOT_CANCELLABLE' && !beingDeleted) return { type: 'NOT_CANCELLABLE', disposition };
  return undefined;
}
