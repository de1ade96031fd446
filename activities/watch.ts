import { Context } from '@temporalio/activity';
import type { WatchEvidence } from '../src/domain/proof';
import type { ChildSnapshot, ExportSnapshot, OperationSnapshot } from '../src/domain/snapshot';
import { freshnessOf, judge, nextLookMs, NO_AGREEMENT } from '../src/domain/watch';
import type { Agreement, Reading, WatchTarget } from '../src/domain/watch';
import type { VaultClient } from '../src/vault/vault-client';
import { attemptId, runAttempt } from './attempt';
import type { ActivityDeps } from './deps';
import { asReadFailure, failureOf } from './failure-table';
import type { Failure } from './failure-table';
import { childrenOf } from './reading/children';
import type { Children, ChildrenState } from './reading/children';
import { isSeen, LOST_ACCESS } from './see-matter';
import { operationSnapshot } from './snapshots';
import type { StepInput } from './step';

export interface WatchInput extends StepInput {
  target: WatchTarget;
}

/** What the Temporal UI shows of a watch under way, and what it needs to go on after a restart. */
export interface WatchState extends ChildrenState {
  polls: number;
  agreement: Agreement;
  /** When the look after the last one was to be. */
  dueAtMs?: number;
  /** When the last reading of the export was made, by this worker or another. */
  lastReadAtMs?: number;
  export?: ExportSnapshot;
  operation?: OperationSnapshot;
}

/**
 * Looks until a reading proves an end. Each look reads everything anew and is judged by itself; between two
 * looks nothing runs and the job's history does not grow. Repeating a look is free of effect. Where the children of an
 * export that has ended are in a long list, one look takes several attempts.
 */
export async function watch(deps: ActivityDeps, input: WatchInput): Promise<WatchEvidence> {
  const initial: WatchState = { polls: 0, agreement: NO_AGREEMENT };
  return runAttempt(deps, 'watch', input, initial, async ({ state }) => {
    const vault = deps.vaultFor(input.journal.job.tenant);
    state.polls += 1;
    await countPoll(deps, input, state);
    const reading: Reading = { atMs: Date.now() };
    let children: Children | undefined;
    try {
      children = await look(deps, vault, input, state, reading);
    } catch (error) {
      return { type: 'FAILED', failure: asReadFailure(failureOf(error)) };
    }
    keepSeen(state, reading);
    switch (children?.type) {
      case 'LOOK_AGAIN':
        return { ...children, seen: `${describe(reading)}; its children: ${children.seen}` };
      case 'FAILED':
        return { type: 'FAILED', failure: asReadFailure(children.failure) };
      case 'READ':
        reading.children = children.children;
        break;
      case undefined:
    }
    const step = judge(reading, state.agreement, input.target, input.timing);
    switch (step.type) {
      case 'END':
        return {
          type: 'DONE',
          result: {
            proof: step.proof,
            ...(state.export && { export: state.export }),
            ...(state.operation && { operation: state.operation }),
            children: reading.children ?? [],
          },
        };
      case 'WAIT':
        state.agreement = step.agreement;
        return { type: 'LOOK_AGAIN', waitMs: untilNextLook(state, input), seen: describe(reading) };
      case 'NO_ACCESS':
        state.agreement = step.agreement;
        return {
          type: 'FAILED',
          failure: input.target.matterId === undefined ? UNSEEN_OPERATION : LOST_ACCESS,
        };
    }
  });
}

/** Nothing shows that the reader could still see it: an absence of that kind proves nothing. */
const UNSEEN_OPERATION: Failure = {
  ...LOST_ACCESS,
  detail:
    'The operation answers NOT_FOUND, and no matter is known in which to see whether access to it was lost',
};

/** From now, not from when the look began: the tick of the grid does not wait for a slow answer. */
function untilNextLook(state: WatchState, { target, timing }: WatchInput): number {
  const nowMs = Date.now();
  state.dueAtMs = nextLookMs(nowMs, state.agreement, target, timing);
  return Math.max(1, Math.round(state.dueAtMs - nowMs));
}

/** Fills the reading in, but for the children where they are in a list of their own. */
async function look(
  deps: ActivityDeps,
  vault: VaultClient,
  { target, timing, journal }: WatchInput,
  state: WatchState,
  reading: Reading,
): Promise<Children | undefined> {
  const { requestTimeoutMs: timeoutMs } = timing;
  const call = { timeoutMs };
  const { tenant } = journal.job;
  const { matterId, exportId, operationName } = target;
  const readAt = new Date(reading.atMs).toISOString();
  let children: ChildSnapshot[] | undefined;

  // What has ended does not begin again: while its children are looked for, it is not read with each page.
  if (state.walk !== undefined && state.export !== undefined) reading.export = state.export;
  else if (matterId !== undefined && exportId !== undefined) {
    const read = await deps.exportReader.read({
      tenant,
      matterId,
      exportId,
      freshness: freshnessOf(state, target),
      timeoutMs,
    });
    reading.export = read.export;
    children = read.children;
  }
  if (operationName !== undefined) {
    const completed = reading.export !== 'NOT_FOUND' && reading.export?.status === 'COMPLETED';
    const read = await orNotFound(() => vault.getOperation(operationName, call)).catch((error: unknown) => {
      // Beside a completed export the operation is evidence only, and no reason to hold the verdict back.
      if (completed) return undefined;
      throw error;
    });
    if (read) reading.operation = read === 'NOT_FOUND' ? read : operationSnapshot(read, readAt);
  }
  if (matterId !== undefined && (reading.export === 'NOT_FOUND' || reading.operation === 'NOT_FOUND')) {
    const matter = await orNotFound(() => vault.getMatter(matterId, call));
    reading.matterReadable = matter !== 'NOT_FOUND' && isSeen(matter);
  }
  if (matterId === undefined || exportId === undefined || !hasEnded(reading)) return undefined;
  if (children !== undefined) return { type: 'READ', children };
  const where = { matterId, exportId, timeoutMs };
  return childrenOf(vault, where, state, { pace: deps.walkPace, tenant });
}

function hasEnded({ export: exported }: Reading): boolean {
  if (exported === undefined || exported === 'NOT_FOUND') return false;
  return exported.status === 'COMPLETED' || exported.status === 'FAILED';
}

async function orNotFound<T>(read: () => Promise<T>): Promise<T | 'NOT_FOUND'> {
  try {
    return await read();
  } catch (error) {
    if (failureOf(error).type === 'NOT_FOUND') return 'NOT_FOUND';
    throw error;
  }
}

function keepSeen(state: WatchState, reading: Reading): void {
  if (reading.export !== undefined && reading.export !== 'NOT_FOUND') {
    state.export = reading.export;
    state.lastReadAtMs = Date.parse(reading.export.readAt);
  }
  if (reading.operation !== undefined && reading.operation !== 'NOT_FOUND')
    state.operation = reading.operation;
}

async function countPoll(deps: ActivityDeps, input: WatchInput, state: WatchState): Promise<void> {
  const { jobId, runId } = input.journal.job;
  const watchId = `${runId}:${Context.current().info.activityId}`;
  try {
    await deps.ledger.recordWatch(jobId, {
      watchId,
      polls: state.polls,
      lastReadAt: new Date().toISOString(),
    });
  } catch (error) {
    // A counter is no evidence: the watch goes on, and the next look writes a higher number.
    Context.current().log.warn('could not count a poll', { attempt: attemptId(), error: String(error) });
  }
}

function describe(reading: Reading): string {
  const { export: exported, operation } = reading;
  if (exported === 'NOT_FOUND' || (exported === undefined && operation === 'NOT_FOUND')) {
    return 'Vault answers NOT_FOUND; confirming';
  }
  if (exported) {
    const { exportedArtifactCount, totalArtifactCount = 0, rawStatus } = exported;
    return totalArtifactCount > 0 && exportedArtifactCount !== undefined
      ? `Export ${rawStatus}, ${exportedArtifactCount} of ${totalArtifactCount} artifacts`
      : `Export ${rawStatus}`;
  }
  return operation !== undefined && operation !== 'NOT_FOUND' && operation.done
    ? 'The operation is done; its end is being confirmed'
    : 'The operation is running';
}
