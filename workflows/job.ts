import { setCurrentDetails, uuid4, workflowInfo } from '@temporalio/workflow';
import type { StepInput } from '../activities/step';
import { readCancelRequest, unmetCondition } from '../src/domain/cancel-request';
import type { CancelRequest, CancelSource } from '../src/domain/cancel-request';
import { advice } from '../src/domain/describe';
import { formatDuration } from '../src/domain/duration';
import type { Blocked, JobRecord, RemoteRecord } from '../src/domain/job-record';
import type { JobIdentity } from '../src/domain/journal';
import type { JsonObject } from '../src/domain/json';
import type { LedgerEventType } from '../src/domain/ledger-event';
import { REQUEST_FINGERPRINT_MEMO, STEP_TOKEN_MEMO } from '../src/domain/messages';
import type { CancelAnswer } from '../src/domain/messages';
import type { JobKind, JobState, Outcome } from '../src/domain/outcome';
import type { JobFacts } from '../src/domain/policy-standing';
import type { Evidence } from '../src/domain/proof';
import { verdict } from '../src/domain/proof';
import {
  JOB_KIND,
  keyword,
  MATTER_ID,
  OPERATION,
  OUTCOME,
  STATE,
  TENANT,
} from '../src/domain/search-attributes';
import { statusPage } from '../src/domain/status-page';
import type { StepName } from '../src/domain/step-name';
import type { Limits, Timing } from '../src/domain/timing';
import { BlockedSteps } from './blocked-steps';
import { CancelIntake } from './cancel-intake';
import { ShownAttributes } from './shown-attributes';
import { untilAnswered } from './step-lost';
import { stepsFor } from './steps';
import type { JobActivities } from './steps';
import { UnwrittenEntries } from './unwritten-entries';

export interface JobSpec {
  kind: JobKind;
  tenant: string;
  matterId?: string;
  timing: Timing;
  limits: Limits;
  whenNotCancellable: 'keep-watching' | 'delete-export';
}

/** The live state of one job, and the few ways in which it may change. It decides nothing: the stories do. */
export class Job {
  readonly spec: JobSpec;
  readonly identity: JobIdentity;
  readonly steps: JobActivities;
  readonly cancel = new CancelIntake();
  readonly remote: RemoteRecord;
  /** True after a reset: what that run has made is known to Vault and to the ledger only. */
  readonly hadEarlierRun: boolean;
  state: JobState = 'QUEUED';
  /**
   * Nothing is stopped before this is true: it is made, and its operation, where one can be found, is linked.
   * Without that wait an export might be deleted whose operation is just being looked up.
   */
  canBeStopped = false;
  deletedByUs = false;
  /** A deletion may have been sent and is not answered yet. */
  isDeleting = false;
  /** For policies that leave exports of some names alone. It goes into no record: names tell too much. */
  exportName?: string;
  /** The server does not list operations: remembered, not asked again. */
  operationsAreUnlisted = false;
  /** Grows whenever what is to be watched, or how closely, has changed. */
  watchVersion = 0;
  private outcome?: Outcome;
  private endedAt?: string;
  private readonly blockedSteps = new BlockedSteps();
  /** Known to its steps alone. A job that was not started by our client has none. */
  private readonly stepToken: string | undefined;
  private messagesIgnored = 0;
  private readonly unwritten = new UnwrittenEntries();
  private readonly shown = new ShownAttributes();

  constructor(spec: JobSpec) {
    this.spec = spec;
    const { workflowId, runId, firstExecutionRunId, startTime, memo } = workflowInfo();
    this.hadEarlierRun = runId !== firstExecutionRunId;
    this.identity = {
      jobId: workflowId,
      runId,
      kind: spec.kind,
      tenant: spec.tenant,
      ...(spec.matterId !== undefined && { matterId: spec.matterId }),
      startedAt: startTime.toISOString(),
    };
    this.remote = { ...(spec.matterId !== undefined && { matterId: spec.matterId }), children: [] };
    this.steps = stepsFor(spec.timing, {
      begin: (step) => this.blockedSteps.begin(step),
      end: (step) => this.blockedSteps.end(step) && this.showStatus(),
    });
    const token = memo?.[STEP_TOKEN_MEMO];
    this.stepToken = typeof token === 'string' ? token : undefined;
    this.beFound();
    const fingerprint = memo?.[REQUEST_FINGERPRINT_MEMO];
    this.enter(
      'STARTED',
      'QUEUED',
      typeof fingerprint === 'string' ? { [REQUEST_FINGERPRINT_MEMO]: fingerprint } : {},
    );
  }

  /** Moves on, visibly: ledger, search attribute and status page follow. */
  enter(because: LedgerEventType, state: JobState, detail: JsonObject = {}): void {
    if (this.state === state && because === 'STATE') return;
    this.state = state;
    this.note(because, { ...detail, state });
    if (because !== 'STARTED') this.shown.show({ key: STATE, value: state });
    this.showStatus();
  }

  /** Queues a line for the ledger; the next step carries it. */
  note(type: LedgerEventType, detail: JsonObject): void {
    this.unwritten.add(type, detail);
  }

  /**
   * Runs an activity, with what the ledger does not have yet riding on its input; again where it did not end by an answer
   * of its own.
   */
  async step<R>(run: (input: StepInput) => Promise<R>): Promise<R> {
    return untilAnswered(this.spec.timing, () => this.stepOnce(run), {
      lost: ({ step, message }, { inMs }) => {
        const detail = `${message}; it runs again in ${formatDuration(inMs)}`;
        const blocked = { on: 'hand' as const, since: new Date().toISOString(), during: step, detail };
        this.note('BLOCKED', blocked);
        this.block(blocked);
      },
      again: ({ step }) => {
        this.note('UNBLOCKED', { on: 'hand', during: step });
        this.unblock(step);
      },
    });
  }

  private stepOnce<R>(run: (input: StepInput) => Promise<R>): Promise<R> {
    const { exportId, operationName } = this.remote;
    return this.unwritten.carry((entries) =>
      run({
        journal: {
          job: this.identity,
          remote: { ...(exportId && { exportId }), ...(operationName && { operationName }) },
          entries,
        },
        timing: this.spec.timing,
        ...(this.stepToken !== undefined && { token: this.stepToken }),
      }),
    );
  }

  /** Requests that follow the first one and that no step under way carries. */
  hasLooseRequests(): boolean {
    return this.unwritten.hasLooseRequests(this.cancel.driving?.requestId);
  }

  hasUnwritten(): boolean {
    return !this.unwritten.isEmpty;
  }

  /** The one door for every request: signal, update, native cancellation, deadline. Never throws. */
  requestCancel(source: CancelSource, payload: unknown, fallbackId: string = uuid4()): CancelAnswer {
    const receivedAt = new Date().toISOString();
    const read = readCancelRequest({ source, payload, receivedAt, fallbackId });
    if (this.cancel.isRepeat(read)) {
      return { state: this.state, accepted: this.cancel.asked, duplicateOf: read.requestId };
    }
    const before = this.cancel.driving;
    const ageMs = Date.now() - Date.parse(this.since);
    const unmet = unmetCondition(read.onlyIf, { state: this.state, ageMs });
    const request: CancelRequest = {
      ...read,
      ...(this.hasEnded && { afterEnd: true as const }),
      ...(unmet !== undefined && { skipped: unmet }),
    };
    this.cancel.take(request);
    this.note('CANCEL_REQUESTED', { ...request, onlyIf: request.onlyIf && { ...request.onlyIf } });
    this.showStatus();
    return {
      state: this.state,
      accepted: this.cancel.asked && !request.skipped && !request.afterEnd,
      ...(before && { duplicateOf: before.requestId }),
      ...(unmet !== undefined && { skipped: unmet }),
    };
  }

  /** It exists in Vault; nothing is known of an operation behind it. */
  made(remote: { exportId: string; createTime: string }): void {
    Object.assign(this.remote, remote);
    this.showStatus();
  }

  /** Its operation is the thing itself. */
  created(remote: { operationName: string; matterId?: string; createTime: string }): void {
    Object.assign(this.remote, remote);
    this.link(remote.operationName);
    this.enter('STATE', 'RUNNING');
  }

  /** Names the operation behind the job; an outstanding cancel is sent at once. */
  link(operationName: string): void {
    this.remote.operationName = operationName;
    this.watchVersion += 1;
    this.shown.show({ key: OPERATION, value: keyword(operationName) });
    this.showStatus();
  }

  watchMoreClosely(): void {
    this.watchVersion += 1;
  }

  /** Whether one of its own steps says so. */
  isOwnStep(token: string | undefined, step: StepName): boolean {
    const isOwn = this.stepToken === undefined || token === this.stepToken;
    return isOwn && this.blockedSteps.isUnderWay(step);
  }

  /** Counted, and noted now and then: whoever sends many must not fill the ledger. */
  ignoreMessage(signal: string): void {
    this.messagesIgnored += 1;
    const isNews = Number.isInteger(Math.log10(this.messagesIgnored));
    if (isNews) this.note('MESSAGE_IGNORED', { signal, count: this.messagesIgnored });
  }

  block(blocked: Blocked): void {
    this.blockedSteps.block(blocked);
    // A create that Vault has no slot for stands in the queue again.
    const isBeforeMade = this.state === 'QUEUED' || this.state === 'CREATING';
    if (isBeforeMade && blocked.during === 'create')
      this.enter('STATE', blocked.on === 'slot' ? 'QUEUED' : 'CREATING');
    this.showStatus();
  }

  unblock(during: StepName): void {
    if (this.blockedSteps.unblock(during)) this.showStatus();
  }

  /** The verdict, once. What was asked and done up to now counts; what comes later changes nothing. */
  end(evidence: Evidence): void {
    const { proof } = evidence;
    this.outcome = verdict(proof, { cancelAsked: this.cancel.asked, deletedByUs: this.deletedByUs });
    this.endedAt = new Date().toISOString();
    this.cancel.confirmed(this.endedAt, proof);
    this.remote.children = evidence.children;
    if (evidence.export) this.remote.export = evidence.export;
    if (evidence.operation) this.remote.operation = evidence.operation;
    if (proof.type === 'OPERATION_CANCELLED' && proof.exportStatus) {
      this.remote.exportStatusAtVerdict = proof.exportStatus;
    }
    if (proof.type === 'GONE' && proof.expired) this.remote.expired = true;
  }

  get hasEnded(): boolean {
    return this.outcome !== undefined;
  }

  /** Shows the verdict, when the cancel has come to rest too. */
  close(evidence: Evidence): void {
    this.blockedSteps.clear();
    this.enter('OUTCOME', 'ENDED', { outcome: this.outcome, proof: { ...evidence.proof } });
    if (this.outcome) this.shown.show({ key: OUTCOME, value: this.outcome });
  }

  record(): JobRecord {
    const blocked = this.blockedSteps.first;
    const { deadlineMs } = this.spec.limits;
    const record: Omit<JobRecord, 'advice'> = {
      jobId: this.identity.jobId,
      kind: this.spec.kind,
      tenant: this.spec.tenant,
      state: this.state,
      ...(this.outcome && { outcome: this.outcome }),
      cancel: this.cancel.record(),
      remote: { ...this.remote },
      ...(blocked && { blocked }),
      startedAt: this.identity.startedAt,
      ...(deadlineMs !== undefined && { deadlineAt: deadlineOf(this.identity.startedAt, deadlineMs) }),
      ...(this.endedAt !== undefined && { endedAt: this.endedAt }),
    };
    return { ...record, advice: advice(record) };
  }

  /** What a policy must know, and what became of its request. */
  facts(requestId?: unknown): JobFacts {
    const { disposition, requests } = this.cancel.record();
    const request = requests.find((known) => known.requestId === requestId);
    const blocked = this.blockedSteps.first;
    return {
      kind: this.spec.kind,
      state: this.state,
      ...(this.outcome && { outcome: this.outcome }),
      ...(this.remote.matterId !== undefined && { matterId: this.remote.matterId }),
      since: this.since,
      asked: this.cancel.asked,
      disposition,
      ...(blocked && { blockedOn: blocked.on }),
      ...(this.exportName !== undefined && { exportName: this.exportName }),
      beingDeleted: this.isDeleting || this.deletedByUs,
      ...(request && {
        request: {
          ...(request.skipped !== undefined && { skipped: request.skipped }),
          ...(request.afterEnd && { afterEnd: request.afterEnd }),
        },
      }),
    };
  }

  /** From when on the job's age counts. */
  private get since(): string {
    return this.remote.createTime ?? this.identity.startedAt;
  }

  /** A job started by hand, from the Temporal UI for one, lacks what our client gives it. */
  private beFound(): void {
    const { kind, tenant, matterId } = this.spec;
    if (workflowInfo().typedSearchAttributes.get(JOB_KIND) !== undefined) return;
    this.shown.show({ key: JOB_KIND, value: kind });
    this.shown.show({ key: TENANT, value: tenant });
    this.shown.show({ key: STATE, value: this.state });
    if (matterId !== undefined) this.shown.show({ key: MATTER_ID, value: keyword(matterId) });
  }

  private showStatus(): void {
    setCurrentDetails(statusPage(this.record()));
  }
}

export function deadlineOf(startedAt: string, deadlineMs: number): string {
  return new Date(Date.parse(startedAt) + deadlineMs).toISOString();
}
