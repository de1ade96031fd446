import { patched, setCurrentDetails, uuid4, workflowInfo } from '@temporalio/workflow';
import type { StepInput } from '../activities/step';
import { readCancelRequest, readWords, unmetCondition } from '../src/domain/cancel-request';
import type { CancelRequest, CancelSource } from '../src/domain/cancel-request';
import { advice } from '../src/domain/describe';
import { formatDuration } from '../src/domain/duration';
import type { Blocked, JobRecord, RemoteRecord } from '../src/domain/job-record';
import type { JobIdentity } from '../src/domain/journal';
import type { JsonObject } from '../src/domain/json';
import { carriedEntriesSchema } from '../src/domain/ledger-event';
import type { LedgerEvent, LedgerEventType } from '../src/domain/ledger-event';
import { REQUEST_FINGERPRINT_MEMO, STEP_TOKEN_MEMO } from '../src/domain/messages';
import type { CancelAnswer } from '../src/domain/messages';
import type { JobKind, JobState, Outcome } from '../src/domain/outcome';
import type { JobFacts } from '../src/domain/policy-standing';
import type { Recalled } from '../src/domain/recalled';
import { requestFingerprint, whatIsAsked } from '../src/domain/request-fingerprint';
import type { Evidence } from '../src/domain/proof';
import { verdict } from '../src/domain/proof';
import {
  DEADLINE,
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
import { TAKEN_UP_BY_MEMO } from '../src/domain/watchdog';
import { BlockedSteps } from './blocked-steps';
import { CancelIntake } from './cancel-intake';
import { ShownAttributes } from './shown-attributes';
import { untilAnswered } from './step-lost';
import { stepsFor } from './steps';
import type { JobActivities } from './steps';
import { UnwrittenEntries } from './unwritten-entries';

/** Jobs that began before it were found by what they were started with. */
const EACH_ATTRIBUTE = 'each-attribute';

export interface JobSpec {
  kind: JobKind;
  tenant: string;
  matterId?: string;
  timing: Timing;
  limits: Limits;
  whenNotCancellable: 'keep-watching' | 'delete-export';
  allowUnnamedLinks?: true | undefined;
}

interface HeldRequest {
  request: CancelRequest;
  /** Its sender gave it no id. */
  isUnnamed: boolean;
}

/** The live state of one job, and the few ways in which it may change. It decides nothing: the stories do. */
export class Job {
  readonly spec: JobSpec;
  /** What started it, with every default filled in. */
  readonly request: object;
  readonly identity: JobIdentity;
  readonly steps: JobActivities;
  readonly cancel = new CancelIntake();
  readonly remote: RemoteRecord;
  /** True after a reset or a continuation: what that run was asked and has made is known to the ledger and to Vault only. */
  readonly hadEarlierRun: boolean;
  /** The run before this one left lines that it could not write any more. */
  readonly hasCarriedLines: boolean;
  /** When its first run started, ISO: deadlines and limits count from there. */
  startedAt: string;
  /** How often it was gone on with after its workflow was ended from outside. */
  takenUp = 0;
  state: JobState = 'QUEUED';
  /**
   * Nothing is stopped before this is true: it is made, and its operation, where one can be found, is linked.
   * Without that wait an export might be deleted whose operation is just being looked up.
   */
  canBeStopped = false;
  deletedByUs = false;
  /** An earlier run sent a deletion that Vault may have carried out. */
  mayHaveDeleted = false;
  /** It has sent nothing that could have made anything. */
  hasSentNothing = true;
  /** A deletion may have been sent and is not answered yet. */
  isDeleting = false;
  /** For policies that leave exports of some names alone. It goes into no record: names tell too much. */
  exportName?: string;
  /** The server said once that it does not list operations. */
  operationsAreUnlisted = false;
  /** Grows whenever what is to be watched, or how closely, has changed. */
  watchVersion = 0;
  private outcome?: Outcome;
  private endedAt?: string;
  /** Requests that came before it was known what earlier runs were asked: those were judged then. */
  private held: HeldRequest[] | undefined;
  private hasBegunToRecall = false;
  private readonly blockedSteps = new BlockedSteps();
  /** Known to its steps alone. A job that was not started by our client has none. */
  private readonly stepToken: string | undefined;
  private messagesIgnored = 0;
  private readonly unwritten = new UnwrittenEntries();
  private readonly shown = new ShownAttributes();

  /**
   * `request`: all that is asked for, to tell it from another under the same id. `carried`: what the run before this one
   * could not write any more.
   */
  constructor(spec: JobSpec, request: object, carried: unknown) {
    this.spec = spec;
    this.request = request;
    const { workflowId, runId, firstExecutionRunId, startTime, memo } = workflowInfo();
    this.hadEarlierRun = runId !== firstExecutionRunId;
    this.startedAt = startTime.toISOString();
    this.identity = {
      jobId: workflowId,
      runId,
      firstRunId: firstExecutionRunId,
      fingerprint: requestFingerprint(workflowId, whatIsAsked(request)),
      kind: spec.kind,
      tenant: spec.tenant,
      ...(spec.matterId !== undefined && { matterId: spec.matterId }),
      startedAt: this.startedAt,
    };
    this.remote = { ...(spec.matterId !== undefined && { matterId: spec.matterId }), children: [] };
    this.steps = stepsFor(spec.timing, {
      begin: (step) => this.blockedSteps.begin(step),
      end: (step) => this.blockedSteps.end(step) && this.showStatus(),
    });
    const token = memo?.[STEP_TOKEN_MEMO];
    this.stepToken = typeof token === 'string' ? token : undefined;
    this.beFound();
    const entries = this.hadEarlierRun ? carriedEntriesSchema.safeParse(carried) : undefined;
    if (entries?.success) this.unwritten.takeOver(entries.data);
    this.hasCarriedLines = entries?.success === true && entries.data.length > 0;
    const { fingerprint, kind, firstRunId } = this.identity;
    this.enter('STARTED', 'QUEUED', {
      [REQUEST_FINGERPRINT_MEMO]: fingerprint ?? null,
      kind,
      runId,
      firstRunId: firstRunId ?? runId,
      ...(typeof memo?.[TAKEN_UP_BY_MEMO] === 'string' && { takenUpBy: memo[TAKEN_UP_BY_MEMO] }),
    });
  }

  /** Moves on, visibly: ledger, search attribute and status page follow. */
  enter(because: LedgerEventType, state: JobState, detail: JsonObject = {}): void {
    if (this.state === state && because === 'STATE') return;
    this.state = state;
    this.note(because, { ...detail, state });
    if (because !== 'STARTED') this.shown.show({ key: STATE, value: state });
    this.showStatus();
  }

  /** Lines that this run leaves to the next. */
  get carried(): readonly LedgerEvent[] {
    return this.unwritten.all;
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

  /**
   * True from the first task on that a later run works on itself: before that it replays what was there before a reset,
   * and the patch says so. Requests are kept from then on, until it is known what earlier runs were asked.
   */
  mustRecall(): boolean {
    if (!this.hadEarlierRun || this.hasBegunToRecall) return this.hasBegunToRecall;
    if (!patched('recall')) return false;
    this.hasBegunToRecall = true;
    this.held = [];
    return true;
  }

  /** This run has sent no create, and it is the first of its chain. */
  get provablySentNothing(): boolean {
    return this.hasSentNothing && !this.hadEarlierRun;
  }

  get holdsRequests(): boolean {
    return this.held !== undefined;
  }

  /** Earlier runs are known, or there were none. What a reset has brought back was judged when it came. */
  judgeRequests(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const { request, isUnnamed } of held) {
      if (!isUnnamed || !this.cancel.isKnownByContent(request)) this.judge(request);
    }
  }

  /** Goes on where earlier runs of this job were. */
  takeUp(recalled: Recalled): void {
    this.startedAt = recalled.startedAt;
    this.takenUp = recalled.earlierStarts ?? 0;
    this.mayHaveDeleted = recalled.mayHaveDeleted;
    if (recalled.linkedOperation !== undefined && this.remote.operationName === undefined)
      this.link(recalled.linkedOperation);
    this.cancel.takeUp(recalled);
    this.judgeRequests();
    this.showStatus();
  }

  /** The one door for every request: signal, update, native cancellation, deadline. Never throws. */
  requestCancel(source: CancelSource, payload: unknown, fallbackId: string = uuid4()): CancelAnswer {
    const receivedAt = new Date().toISOString();
    const read = readCancelRequest({ source, payload, receivedAt, fallbackId });
    this.mustRecall();
    if (this.held === undefined) return this.judge(read);
    this.held.push({ request: read, isUnnamed: read.requestId === fallbackId });
    return { state: this.state, accepted: false };
  }

  private judge(read: CancelRequest): CancelAnswer {
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
    const { runId } = this.identity;
    this.note('CANCEL_REQUESTED', { ...request, onlyIf: request.onlyIf && { ...request.onlyIf }, runId });
    this.showStatus();
    return {
      state: this.state,
      accepted: this.cancel.asked && !request.skipped && !request.afterEnd,
      ...(before && { duplicateOf: before.requestId }),
      ...(unmet !== undefined && { skipped: unmet }),
    };
  }

  /** A request's own words became known only now; an older worker answers without any. */
  explainRequest(requestId: string, words: { requestedBy?: string; reason?: string } | undefined): void {
    const known = readWords(words ?? {});
    if (Object.keys(known).length === 0) return;
    this.cancel.explain(requestId, known);
    this.note('CANCEL_EXPLAINED', { requestId, ...known });
    this.showStatus();
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
    this.outcome = verdict(proof, {
      cancelAsked: this.cancel.asked,
      deletedByUs: this.deletedByUs || this.mayHaveDeleted,
    });
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
    const { runId, firstRunId } = this.identity;
    this.enter('OUTCOME', 'ENDED', {
      outcome: this.outcome,
      proof: { ...evidence.proof },
      runId,
      firstRunId,
    });
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
      ...(this.takenUp > 0 && { takenUp: this.takenUp }),
      ...(blocked && { blocked }),
      startedAt: this.startedAt,
      ...(deadlineMs !== undefined && { deadlineAt: deadlineOf(this.startedAt, deadlineMs) }),
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
    return this.remote.createTime ?? this.startedAt;
  }

  /** A job started by hand, from the Temporal UI for one, lacks what our client gives it, or has it otherwise. */
  private beFound(): void {
    const { kind, tenant, matterId, limits } = this.spec;
    const given = workflowInfo().typedSearchAttributes;
    const wanted = [
      { key: JOB_KIND, value: kind as string },
      { key: TENANT, value: tenant },
      // Its value changes: only that there is one counts here.
      { key: STATE, value: given.get(STATE) ?? this.state },
      ...(matterId === undefined ? [] : [{ key: MATTER_ID, value: keyword(matterId) }]),
    ];
    const lacking = wanted.filter(({ key, value }) => given.get(key) !== value);
    const { deadlineMs } = limits;
    const lacksDeadline = deadlineMs !== undefined && given.get(DEADLINE) === undefined;
    if (given.get(JOB_KIND) === undefined) for (const pair of wanted) this.shown.show(pair);
    else if (lacking.length > 0 && patched(EACH_ATTRIBUTE)) for (const pair of lacking) this.shown.show(pair);
    if (lacksDeadline && patched(EACH_ATTRIBUTE)) {
      const deadline = deadlineOf(this.identity.startedAt, deadlineMs);
      this.shown.show({ key: DEADLINE, value: new Date(deadline) });
    }
  }

  private showStatus(): void {
    setCurrentDetails(statusPage(this.record()));
  }
}

export function deadlineOf(startedAt: string, deadlineMs: number): string {
  return new Date(Date.parse(startedAt) + deadlineMs).toISOString();
}
