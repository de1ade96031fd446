import { isJsonObject } from '../src/domain/json';
import type { LedgerEvent } from '../src/domain/ledger-event';
import { priorCreate } from '../src/domain/prior-calls';
import type { PriorCreate } from '../src/domain/prior-calls';
import type { VaultOperation } from '../src/vault/operation';
import type { VaultClient } from '../src/vault/vault-client';
import type { Attempt, AttemptEnd } from './attempt';
import type { ActivityDeps } from './deps';
import { asReadFailure } from './failure-table';
import type { Failure } from './failure-table';
import { operationsOf } from './pages';
import { dropStaleWalk, earlierCreate, isProvenAbsent, untilNextWalk } from './prior-create';
import type { MaybeSent, SentState } from './prior-create';
import { whyMatterIsUnseen } from './see-matter';
import type { StartCountInput, StartedCount } from './start-count';
import { untilSaidTwice } from './unimplemented';
import type { SaidUnimplemented } from './unimplemented';
import { walk } from './walk';

/** An operation that may be the one whose start was lost. */
interface Alike {
  name: string;
  startTime: string;
}

export type LookState = SentState & SaidUnimplemented & { alike?: Alike[] };

type LookInput = StartCountInput &
  MaybeSent & {
    /** Tells of two counts whether they ask for the same. */
    likeness: string;
    /** Nothing is sent after it: what it does not find was never started. */
    isLastWord?: true;
  };

type LostCreate = Extract<PriorCreate, { type: 'UNKNOWN' }>;

/**
 * Looks for the operation of a start whose answer was lost. Likeness is all there is to go by, so a job takes an operation
 * only when nobody else can have started it: no other job owns it, and no start of an equal count is unanswered. That
 * nothing was started counts only after the settle time and between two reads of the matter, by the same user.
 */
export async function findLostCount(
  deps: ActivityDeps,
  input: LookInput,
  events: readonly LedgerEvent[],
  attempt: Attempt<LookState>,
): Promise<AttemptEnd<StartedCount>> {
  const known = earlierCreate(events, input, attempt.state);
  const noted = events.filter((event) => event.type === 'POSSIBLE_ORPHAN').length;
  if (known.type === 'CREATED') {
    const { remoteName: operationName, createTime } = known;
    return done({ type: 'FOUND', operationName, createTime, possibleOrphans: noted });
  }
  if (known.type === 'NONE' && !input.isLastWord) return done({ type: 'ABSENT' });
  const prior = known.type === 'NONE' ? nothingKnown(input) : known;
  return look(deps, input, { prior, noted }, attempt);
}

async function look(
  deps: ActivityDeps,
  input: LookInput,
  { prior, noted }: { prior: LostCreate; noted: number },
  attempt: Attempt<LookState>,
): Promise<AttemptEnd<StartedCount>> {
  const { state } = attempt;
  const { tenant } = input.journal.job;
  const vault = deps.vaultFor(tenant);
  dropStaleWalk(prior, state);
  if (state.walk === undefined) {
    delete state.alike;
    const unseen = prior.settledAtMs <= Date.now() ? await unseenMatter(vault, input) : undefined;
    if (unseen) return { type: 'FAILED', failure: unseen };
  }
  const walked = await walk(
    operationsOf(vault, input.timing.requestTimeoutMs),
    state,
    async (listed) => {
      if (isLike(listed, input, prior) && (await isFree(deps, listed.name, input))) keep(state, listed);
      return false;
    },
    { pace: deps.walkPace, tenant },
  );
  switch (walked.type) {
    case 'WHOLE': {
      const candidates = (state.alike ?? []).toSorted((x, y) => x.startTime.localeCompare(y.startTime));
      if (candidates.length > 0) return choose(deps, input, { prior, candidates, noted }, attempt);
      state.absentAtMs = walked.begunAtMs;
      if (!isProvenAbsent(prior, state)) {
        const waitMs = untilNextWalk(prior, walked.pages, input.timing.goneReadMs);
        return lookAgain(Date.now() + waitMs, input, 'the server does not list its operation yet');
      }
      const unseen = await unseenMatter(vault, input);
      return unseen ? { type: 'FAILED', failure: unseen } : done({ type: 'ABSENT' });
    }
    case 'FAILED': {
      const { failure } = walked;
      if (failure.type !== 'UNIMPLEMENTED') return { type: 'FAILED', failure: asReadFailure(failure) };
      return untilSaidTwice(state, input.timing) ?? unlisted(input, prior.unanswered, noted, attempt);
    }
    case 'LOOK_AGAIN':
      return walked;
    case 'STOPPED':
      throw new Error('The walk stopped, and nobody asked it to');
  }
}

/** As long as a list may be, more than these decide nothing. */
function keep(state: LookState, { name, metadata }: VaultOperation): void {
  const alike = (state.alike ??= []);
  if (alike.length <= MAX_CANDIDATES && !alike.some((known) => known.name === name))
    alike.push({ name, startTime: metadata.startTime ?? '' });
}

async function isFree(deps: ActivityDeps, operationName: string, { journal }: LookInput): Promise<boolean> {
  const owner = await deps.ledger.ownerOfOperation(operationName);
  return owner === undefined || owner === journal.job.jobId;
}

/** This server cannot be asked. */
function unlisted(
  input: LookInput,
  unanswered: number,
  noted: number,
  attempt: Attempt<LookState>,
): AttemptEnd<StartedCount> {
  // Nobody can look; but this run has sent none, and nobody knows of another.
  if (unanswered === 0 && input.sentNothing) return done({ type: 'ABSENT' });
  if (unanswered > noted) attempt.note({ type: 'POSSIBLE_ORPHAN', detail: { matterId: input.matterId } });
  return done({ type: 'UNKNOWABLE', possibleOrphans: Math.max(1, unanswered) });
}

/** Takes the one that can only be this job's, in one atomic write; waits while another may claim it; else says so. */
async function choose(
  deps: ActivityDeps,
  input: LookInput,
  found: { prior: LostCreate; candidates: Alike[]; noted: number },
  attempt: Attempt<LookState>,
): Promise<AttemptEnd<StartedCount>> {
  const { prior, candidates, noted } = found;
  const { jobId } = input.journal.job;
  const rivals = await rivalStarts(deps, input);
  const settledAtMs = Math.max(prior.settledAtMs, ...rivals.map((rival) => rival.settledAtMs));
  if (rivals.length > 0 && settledAtMs > Date.now())
    return lookAgain(settledAtMs, input, 'another job’s equal start is unanswered too');
  const [oldest] = candidates;
  if (oldest !== undefined && rivals.length === 0 && candidates.length <= prior.unanswered) {
    if ((await deps.ledger.claim(oldest.name, jobId)) === jobId) {
      const createTime = oldest.startTime || new Date(prior.begunAtMs).toISOString();
      attempt.note({ type: 'ADOPTED', detail: { operationName: oldest.name, createTime } });
      const possibleOrphans = Math.max(noted, candidates.length - 1);
      return done({ type: 'FOUND', operationName: oldest.name, createTime, possibleOrphans });
    }
    return lookAgain(Date.now(), input, 'another job was quicker');
  }
  const names = candidates.map(({ name }) => name).slice(0, MAX_CANDIDATES);
  if (prior.unanswered > noted)
    attempt.note({ type: 'POSSIBLE_ORPHAN', detail: { matterId: input.matterId, candidates: names } });
  return done({
    type: 'UNKNOWABLE',
    possibleOrphans: Math.max(1, prior.unanswered),
    candidates: names,
  });
}

/** Enough for a person to look; a record must not grow without bounds. */
const MAX_CANDIDATES = 20;

/** Other jobs whose start of an equal count has no answer, written down before it was sent. Read after the list. */
async function rivalStarts(deps: ActivityDeps, input: LookInput): Promise<LostCreate[]> {
  const { matterId, likeness, journal, timing } = input;
  const starting = await deps.ledger.jobs({ matterId, kinds: ['count'], states: ['QUEUED', 'CREATING'] });
  const rivals: LostCreate[] = [];
  for (const { jobId, operationName } of starting) {
    if (jobId === journal.job.jobId || operationName !== undefined) continue;
    const theirs = await deps.ledger.events(jobId);
    const begun = theirs.filter(({ type, detail }) => type === 'ATTEMPT_BEGUN' && detail.step === 'create');
    // Older builds do not say what they ask for.
    const isAlike = begun.some(({ detail }) => (detail.likeness ?? likeness) === likeness);
    const prior = priorCreate(theirs, timing);
    if (isAlike && prior.type === 'UNKNOWN') rivals.push(prior);
  }
  return rivals;
}

/** Our clock and Google's may differ by this much. */
const CLOCK_SKEW_MS = 60_000;

function isLike(listed: VaultOperation, input: LookInput, prior: LostCreate): boolean {
  const { matterId, exportId, startTime, query } = listed.metadata;
  return (
    matterId === input.matterId &&
    exportId === undefined &&
    startTime !== undefined &&
    Date.parse(startTime) >= prior.begunAtMs - CLOCK_SKEW_MS &&
    (query === undefined || contains(query, input.query))
  );
}

/** Whether all that we sent came back; the server may add to a query but not change it. */
function contains(whole: unknown, part: unknown): boolean {
  if (isJsonObject(part)) {
    return isJsonObject(whole) && Object.entries(part).every(([key, value]) => contains(whole[key], value));
  }
  return JSON.stringify(whole) === JSON.stringify(part);
}

function unseenMatter(vault: VaultClient, { matterId, timing }: LookInput): Promise<Failure | undefined> {
  return whyMatterIsUnseen(vault, matterId, timing.requestTimeoutMs);
}

/** No create is known of; that is looked at all the same, where nothing is sent after it. */
function nothingKnown({ journal, sentNothing = false }: LookInput): LostCreate {
  // What this run did not send, one before it may have, at whatever time.
  const begunAtMs = sentNothing ? 0 : Date.parse(journal.job.startedAt);
  return { type: 'UNKNOWN', unanswered: 0, begunAtMs, settledAtMs: begunAtMs };
}

function lookAgain(untilMs: number, { timing }: LookInput, why: string): AttemptEnd<never> {
  const waitMs = Math.min(Math.max(1, untilMs - Date.now()), timing.goneReadMs);
  return { type: 'LOOK_AGAIN', waitMs, seen: `An earlier start got no answer; ${why}` };
}

function done(result: StartedCount): AttemptEnd<StartedCount> {
  return { type: 'DONE', result };
}
