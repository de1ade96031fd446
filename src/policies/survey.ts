import { setTimeout as delay } from 'node:timers/promises';
import {
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { quote } from '../client/list-filter';
import { queryOf, summaryOf } from '../client/list-jobs';
import { isUnanswered, reachTemporal } from '../client/reach-temporal';
import { STANDING_QUERY } from '../domain/messages';
import { JOB_STATES } from '../domain/outcome';
import type { Policy } from '../domain/policy';
import { MAX_LINES } from '../domain/policy-report';
import type { Candidate, Standing, Survey } from '../domain/policy-report';
import { standingInList, standingOf } from '../domain/policy-standing';
import type { JobFacts, Listed } from '../domain/policy-standing';
import { keyword } from '../domain/search-attributes';

/** A page of visibility at most, and how long to leave it alone after one: a server allows ten a second, to all. */
const PAGE = 1000;
const BETWEEN_PAGES_MS = 500;
/** Jobs that one run lists, and how many of those it asks how they stand. */
const MAX_LISTED = 10_000;
const MAX_LOOKED_AT = 1000;
/** Asked at the same time: few, because the answers come from the workers that also run the jobs. */
export const AT_ONCE = 10;
/** A job that a worker must first replay answers later than one that is in its memory. */
const ANSWER_WITHIN_MS = 10_000;

/** Looks at every job that a policy matches, the oldest first. Changes nothing. */
export async function survey(
  temporal: Client,
  policy: Policy,
  taskQueue: string,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<Survey> {
  const listed = await list(temporal, policy, taskQueue, progress);
  const known = listed.map((job) => ({ job, standing: standingInList(policy, job) }));
  const open = known.flatMap(({ job, standing }) => (standing ? [] : [job]));
  const lookedAt = await lookAtAll(temporal, policy, open.slice(0, MAX_LOOKED_AT), progress);
  const setAside = known.flatMap(({ job, standing }) => (standing ? [{ ...job, standing }] : []));
  const all = [...lookedAt, ...setAside].toSorted(staleFirst);
  return {
    matched: listed.length,
    counts: countByStanding(all),
    candidates: all.slice(0, MAX_LINES),
    ...((open.length > MAX_LOOKED_AT || listed.length === MAX_LISTED) && { truncated: true as const }),
  };
}

async function list(
  temporal: Client,
  { match }: Policy,
  taskQueue: string,
  progress: (done: number, total: number) => void,
): Promise<Listed[]> {
  const { kind, state, matter, tenant } = match;
  const filter = {
    ...(kind && { kind }),
    ...(state && { state }),
    ...(matter !== undefined && { matterId: keyword(matter) }),
    ...(tenant !== undefined && { tenant }),
  };
  const query = `${queryOf(filter)} AND ExecutionStatus = 'Running' AND TaskQueue = ${quote(taskQueue)}`;
  return reachTemporal(async () => {
    const found: Listed[] = [];
    for await (const job of temporal.workflow.list({ query, pageSize: PAGE })) {
      const { jobId, kind: ofKind, state: inState, matterId, startedAt } = summaryOf(job);
      found.push({
        jobId,
        kind: ofKind,
        state: JOB_STATES.find((known) => known === inState) ?? 'QUEUED',
        since: startedAt,
        ...(matterId !== undefined && { matterId }),
      });
      if (found.length === MAX_LISTED) break;
      if (found.length % PAGE !== 0) continue;
      progress(0, found.length);
      await delay(BETWEEN_PAGES_MS);
    }
    return found.toSorted((a, b) => a.since.localeCompare(b.since));
  });
}

async function lookAtAll(
  temporal: Client,
  policy: Policy,
  jobs: readonly Listed[],
  progress: (done: number, total: number) => void,
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (let from = 0; from < jobs.length; from += AT_ONCE) {
    progress(from, jobs.length);
    const some = jobs.slice(from, from + AT_ONCE);
    found.push(...(await Promise.all(some.map((job) => lookAt(temporal, policy, job)))));
  }
  return found;
}

async function lookAt(temporal: Client, policy: Policy, listed: Listed): Promise<Candidate> {
  const facts = await askJob(temporal, listed.jobId);
  if (facts === undefined) {
    return { ...listed, standing: { type: 'UNREADABLE', because: 'no worker answered for it' } };
  }
  const { kind, state, since, matterId } = facts;
  return {
    jobId: listed.jobId,
    kind,
    state,
    since,
    ...(matterId !== undefined && { matterId }),
    standing: standingOf(policy, listed.jobId, facts, Date.now()),
  };
}

/** Asks a job how it stands, and what became of a request to cancel. Undefined where it cannot answer. */
export async function askJob(
  temporal: Client,
  jobId: string,
  requestId?: string,
): Promise<JobFacts | undefined> {
  try {
    return await temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      temporal.workflow.getHandle(jobId).query<JobFacts, [string?]>(STANDING_QUERY, requestId),
    );
  } catch (error) {
    // One job that cannot answer, whatever the reason, must not keep a policy from the others.
    if (error instanceof ServiceError || isUnanswered(error) || isAboutTheJob(error)) return undefined;
    throw error;
  }
}

function isAboutTheJob(error: unknown): boolean {
  return (
    error instanceof QueryNotRegisteredError ||
    error instanceof QueryRejectedError ||
    error instanceof WorkflowNotFoundError
  );
}

function staleFirst(a: Candidate, b: Candidate): number {
  return Number(b.standing.type === 'STALE') - Number(a.standing.type === 'STALE');
}

function countByStanding(candidates: readonly Candidate[]): Survey['counts'] {
  const counts: Partial<Record<Standing['type'], number>> = {};
  for (const { standing } of candidates) counts[standing.type] = (counts[standing.type] ?? 0) + 1;
  return counts;
}
