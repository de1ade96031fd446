import { unmetCondition } from './cancel-request';
import type { CancelDisposition, JobKind, JobState, Outcome } from './outcome';
import { checkedMs } from './policy';
import type { Policy } from './policy';
import type { Candidate, Standing } from './policy-report';

/** What a policy must know of a job, from the job itself: the answer of its `standing` query. */
export interface JobFacts {
  kind: JobKind;
  state: JobState;
  outcome?: Outcome;
  matterId?: string;
  /** ISO: when the remote thing was made, or the job started where nothing remote exists yet. */
  since: string;
  /** A request to cancel stands. */
  asked: boolean;
  disposition: CancelDisposition;
  blockedOn?: string;
  /** The name its owner gave the export. It is in no list and no ledger: names tell too much. */
  exportName?: string;
  /** A deletion that its owner allowed is under way: it may end it where nothing else can. */
  beingDeleted: boolean;
  /** What became of the request that was asked about; absent where it never came, or came long ago. */
  request?: { skipped?: string; afterEnd?: true };
}

/** A job as visibility lists it. */
export type Listed = Omit<Candidate, 'standing'>;

/** The states in which nobody has asked a job to cancel yet. */
const UNASKED: readonly JobState[] = ['QUEUED', 'CREATING', 'RUNNING'];

/** The condition that travels with each request, for the job itself to check. */
export function conditionOf(policy: Policy): { states: JobState[]; olderThan: string } {
  const { state } = policy.match;
  return { states: state === undefined ? [...UNASKED] : [state], olderThan: policy.olderThan };
}

/** As far as the list tells; undefined where the job itself must be asked. */
export function standingInList(policy: Policy, listed: Listed): Standing | undefined {
  const excluded = exclusion(policy, { ...listed, exportName: undefined });
  if (excluded) return excluded;
  if (UNASKED.includes(listed.state)) return undefined;
  return listed.state === 'ENDED' ? { type: 'FINISHED' } : askedBefore(listed.state);
}

/** The first rule that fits decides. */
export function standingOf(policy: Policy, jobId: string, facts: JobFacts, nowMs: number): Standing {
  const { kind, state, asked, blockedOn, exportName, matterId } = facts;
  if (state === 'ENDED') return { type: 'FINISHED' };
  const excluded = exclusion(policy, { jobId, matterId, exportName });
  if (excluded) return excluded;
  if (asked) return askedBefore(state);
  const { states, olderThan } = conditionOf(policy);
  const ageMs = nowMs - Date.parse(facts.since);
  if (unmetCondition({ states }, { state, ageMs })) return { type: 'NO_MATCH' };
  if (unmetCondition({ olderThanMs: checkedMs(olderThan) }, { state, ageMs })) return { type: 'TOO_YOUNG' };
  if (blockedOn !== undefined) return { type: 'BLOCKED', on: blockedOn };
  if (kind === 'export' && exportName === undefined && policy.except.names.length > 0) {
    return { type: 'UNREADABLE', because: 'its name is not known, and the policy excludes names' };
  }
  return { type: 'STALE' };
}

function askedBefore(state: JobState): Standing {
  return { type: state === 'NOT_CANCELLABLE' ? 'NOT_CANCELLABLE' : 'ALREADY_ASKED' };
}

function exclusion(
  { except }: Policy,
  job: { jobId: string; matterId?: string | undefined; exportName: string | undefined },
): Standing | undefined {
  const { jobId, matterId, exportName } = job;
  if (except.jobs.includes(jobId)) return { type: 'EXCLUDED', by: 'jobs' };
  if (matterId !== undefined && except.matters.includes(matterId)) return { type: 'EXCLUDED', by: 'matters' };
  if (exportName !== undefined && except.names.some((glob) => fits(glob, exportName))) {
    return { type: 'EXCLUDED', by: 'names' };
  }
  return undefined;
}

/** Case is ignored: excluding one job too many is the safe side. */
export function fits(glob: string, name: string): boolean {
  const [first = '', ...rest] = glob.toLowerCase().split('*');
  const text = name.toLowerCase();
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
