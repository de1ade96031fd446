import { hasStarted, tellingQueue } from './admission/reports';
import { runAttempt } from './attempt';
import type { AttemptEnd } from './attempt';
import type { ActivityDeps } from './deps';
import { asReadFailure, failureOf } from './failure-table';
import { whyExportIsNotOurs, whyNotOurs } from './own';
import { operationsOf } from './pages';
import { idTakenBy, recalledFrom } from './recall';
import type { IdTaken, Recalling } from './recall';
import type { StepInput } from './step';
import { untilSaidTwice } from './unimplemented';
import type { SaidUnimplemented } from './unimplemented';
import { nothingRead, walk } from './walk';
import type { WalkState } from './walk';

export type AdoptedExport =
  | ({ type: 'FOUND'; exportId: string; createTime: string; name?: string } & Recalling)
  | { type: 'REFUSED'; detail: string }
  | IdTaken;

/** Takes over an export that exists. One that does not is bad input, not an ending. */
export async function adoptExport(
  deps: ActivityDeps,
  input: StepInput & { matterId: string; exportId: string },
): Promise<AdoptedExport> {
  const { matterId, exportId, timing, journal } = input;
  return tellingQueue(deps, journal.job, (tell) =>
    runAttempt(deps, 'adopt', input, {}, async (attempt): Promise<AttemptEnd<AdoptedExport>> => {
      const vault = deps.vaultFor(journal.job.tenant);
      const events = await deps.ledger.events(journal.job.jobId);
      const taken = idTakenBy(events, input);
      if (taken) return { type: 'DONE', result: taken };
      try {
        const read = await vault.getExport(matterId, exportId, { timeoutMs: timing.requestTimeoutMs });
        const notOurs = await whyExportIsNotOurs(deps, journal.job, { matterId, exportId });
        if (notOurs !== undefined) return refused(notOurs);
        const createTime = read.createTime ?? new Date().toISOString();
        attempt.note({ type: 'ADOPTED', detail: { matterId, exportId, createTime } });
        // It needs no turn, but it holds one of Vault's slots.
        if (read.status === 'IN_PROGRESS') tell(hasStarted(journal.job));
        return {
          type: 'DONE',
          result: { type: 'FOUND', exportId, createTime, name: read.name, ...recalledFrom(events, input) },
        };
      } catch (error) {
        return refusedOrFailed(error);
      }
    }),
  );
}

export type AdoptedOperation =
  | ({ type: 'FOUND'; operationName: string; matterId?: string; createTime: string } & Recalling)
  | { type: 'REFUSED'; detail: string }
  | IdTaken;

/**
 * Takes over an operation by name, and checks that it is the one it is said to be: where its metadata names
 * a matter or an export, those must be this job's, or a cancel would stop somebody else's work.
 */
export async function adoptOperation(
  deps: ActivityDeps,
  input: StepInput & {
    operationName: string;
    belongsTo?: { matterId: string; exportId: string };
    /** The job's owner has not vouched for it, so that it belongs to this export is for Vault to say. */
    mustBeNamed?: true;
  },
): Promise<AdoptedOperation> {
  const { operationName, belongsTo, timing, journal } = input;
  return runAttempt(deps, 'adopt', input, {}, async (attempt): Promise<AttemptEnd<AdoptedOperation>> => {
    const vault = deps.vaultFor(input.journal.job.tenant);
    // A link is of a job that goes on; what takes over an operation may have been begun anew.
    const events = belongsTo ? [] : await deps.ledger.events(input.journal.job.jobId);
    const taken = belongsTo ? undefined : idTakenBy(events, input);
    if (taken) return { type: 'DONE', result: taken };
    try {
      const { metadata } = await vault.getOperation(operationName, { timeoutMs: timing.requestTimeoutMs });
      const { matterId, exportId, startTime, isCount = false } = metadata;
      if (belongsTo && isCount) return refused('The operation is a count: name the operation of this export');
      if (input.mustBeNamed && exportId === undefined) {
        return refused(
          'The operation does not name this export, and the job was not started with allowUnnamedLinks',
        );
      }
      if (belongsTo && matterId !== undefined && matterId !== belongsTo.matterId) {
        return refused('The operation belongs to another matter: name the operation of this export');
      }
      if (belongsTo && exportId !== undefined && exportId !== belongsTo.exportId) {
        return refused('The operation belongs to another export: name the operation of this export');
      }
      const notOurs = await whyNotOurs(deps, journal.job, operationName);
      if (notOurs !== undefined) return refused(notOurs);
      const createTime = startTime ?? new Date().toISOString();
      attempt.note({ type: belongsTo ? 'LINKED' : 'ADOPTED', detail: { operationName, createTime } });
      return {
        type: 'DONE',
        result: {
          type: 'FOUND',
          operationName,
          createTime,
          ...(matterId !== undefined && { matterId }),
          ...(!belongsTo && recalledFrom(events, input)),
        },
      };
    } catch (error) {
      return refusedOrFailed(error);
    }
  });
}

export type FoundLink =
  | { type: 'FOUND'; operationName: string }
  | { type: 'NONE' }
  /** By Google's own word: once, or twice and some time apart where the caller persists. */
  | { type: 'UNIMPLEMENTED' }
  /** Could not be asked just now, or not all of a long list, and the caller did not want to wait. */
  | { type: 'NOT_ASKED' };

/**
 * Looks for the operation behind an export: one whose metadata names this matter and export. Google
 * documents no such link, and a server need not list operations at all; both are answers here.
 */
export async function findLinkedOperation(
  deps: ActivityDeps,
  input: StepInput & { matterId: string; exportId: string; persist: boolean },
): Promise<FoundLink> {
  const { matterId, exportId, persist, timing, journal } = input;
  const initial: WalkState & SaidUnimplemented = nothingRead();
  return runAttempt(deps, 'find-link', input, initial, async (attempt): Promise<AttemptEnd<FoundLink>> => {
    const vault = deps.vaultFor(journal.job.tenant);
    let operationName = '';
    const walked = await walk(
      operationsOf(vault, timing.requestTimeoutMs),
      attempt.state,
      async ({ name, metadata }) => {
        const isOurs = metadata.matterId === matterId && metadata.exportId === exportId && !metadata.isCount;
        if (!isOurs || (await whyNotOurs(deps, journal.job, name)) !== undefined) return false;
        operationName = name;
        return true;
      },
      { pace: deps.walkPace, tenant: journal.job.tenant },
    );
    switch (walked.type) {
      case 'STOPPED':
        attempt.note({ type: 'LINKED', detail: { operationName, exportId } });
        return { type: 'DONE', result: { type: 'FOUND', operationName } };
      case 'WHOLE':
        return { type: 'DONE', result: { type: 'NONE' } };
      case 'LOOK_AGAIN':
        return persist ? walked : { type: 'DONE', result: { type: 'NOT_ASKED' } };
      case 'FAILED': {
        const { failure } = walked;
        if (failure.type === 'UNIMPLEMENTED') {
          const unconfirmed = persist ? untilSaidTwice(attempt.state, timing) : undefined;
          return unconfirmed ?? { type: 'DONE', result: { type: 'UNIMPLEMENTED' } };
        }
        return persist
          ? { type: 'FAILED', failure: asReadFailure(failure) }
          : { type: 'DONE', result: { type: 'NOT_ASKED' } };
      }
    }
  });
}

type Refused = { type: 'REFUSED'; detail: string };

function refused(detail: string): AttemptEnd<Refused> {
  return { type: 'DONE', result: { type: 'REFUSED', detail } };
}

function refusedOrFailed(error: unknown): AttemptEnd<Refused> {
  const failure = failureOf(error);
  return failure.pace === 'never' ? refused(failure.detail) : { type: 'FAILED', failure };
}
