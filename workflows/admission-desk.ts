import {
  ActivityFailure,
  condition,
  defineQuery,
  defineSignal,
  log,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { z } from 'zod';
import type { Activities } from '../activities';
import {
  admittedSchema,
  afterFirstCensus,
  applyCensus,
  censusSchema,
  concernsDoubt,
  knownTo,
  withoutDoubt,
} from '../src/domain/admission-census';
import { placeOf, queueView } from '../src/domain/admission-forecast';
import {
  ADMISSION_SIGNAL,
  admissionReportSchema,
  PLACE_QUERY,
  QUEUE_QUERY,
} from '../src/domain/admission-messages';
import type { AdmissionReport, Place, QueueView } from '../src/domain/admission-messages';
import { admissionPage } from '../src/domain/admission-page';
import { applyReports, emptyAdmission, keptAdmission, left } from '../src/domain/admission-state';
import type { AdmissionState, KeptAdmission } from '../src/domain/admission-state';
import { admit, changesAtMs, takeBackStaleTurns, turnEnd } from '../src/domain/admission-turns';
import { Alarm } from './alarm';
import { firstReadingOfWords } from './first-reading';
import { fromAnybody } from './messages';

/** With nobody in it for so long the queue ends; the next job begins another. */
const IDLE_MS = 10 * 60_000;
const REQUEST_TIMEOUT_MS = 30_000;

const reportSignal = defineSignal<[unknown?]>(ADMISSION_SIGNAL, fromAnybody);
const placeQuery = defineQuery<Place, [jobId: string, runId?: string]>(PLACE_QUERY);
const queueQuery = defineQuery<QueueView>(QUEUE_QUERY);

/** Neither may hold up the next run for ever: a waiter looks by itself, and the next census comes. */
const { admitWaiters, takeCensus } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '2 seconds', maximumInterval: '1 minute' },
});

/** A step of the queue was completed by hand: the next one asks again. */
class NoAnswer extends Error {}

function answerOf<S extends z.ZodType>(schema: S, result: unknown): z.output<S> {
  const answer = schema.safeParse(result);
  if (!answer.success) throw new NoAnswer('no answer', { cause: 'its result is no answer of its own' });
  return answer.data;
}

/** The queue as it stands, and the few ways in which it may change. Its rules are in src/domain. */
export class AdmissionDesk {
  private readonly tenant: string;
  private state: AdmissionState;
  private readonly alarm = new Alarm();
  private inbox: AdmissionReport[] = [];
  private changed = false;
  private changedAtMs = Date.now();
  /** Activities under way; the next run could not hear their results. */
  private underWay = 0;
  /** A queue that begins knows nothing: it asks after the jobs before it gives a turn. */
  private counted: boolean;
  private isCounting = false;
  private censusAtMs: number;

  constructor(
    tenant: string,
    kept: AdmissionState | undefined,
    censusAtMs: number | undefined,
    rules: Pick<AdmissionState, 'rules'>,
  ) {
    this.tenant = tenant;
    this.state = { ...(kept ?? emptyAdmission()), ...rules };
    this.counted = kept !== undefined;
    this.censusAtMs = censusAtMs ?? Date.now();
  }

  open(): void {
    const read = firstReadingOfWords();
    setHandler(reportSignal, (payload) => this.take(read(payload)), {
      description: 'Internal: a job joins the queue, or tells what became of its turn.',
    });
    setHandler(placeQuery, (jobId, runId) => placeOf(this.state, jobId, Date.now(), runId), {
      description: 'Where a job stands in the queue. Takes the job id.',
    });
    setHandler(queueQuery, () => queueView(this.state, Date.now()), {
      description: 'Who holds a slot and who waits for one.',
    });
  }

  /** Anybody can send this; what is not a report is passed over. */
  private take(payload: unknown): void {
    const report = admissionReportSchema.safeParse(payload);
    if (report.success) this.inbox.push(report.data);
  }

  private become(state: AdmissionState): void {
    this.state = state;
    this.changed = true;
    this.changedAtMs = Date.now();
  }

  giveTurns(): void {
    const nowMs = Date.now();
    if (this.inbox.length > 0) this.become(applyReports(this.state, this.inbox, nowMs));
    this.inbox = [];
    this.state = takeBackStaleTurns(this.state, nowMs);
    if (!this.counted) return;
    const { state, admitted } = admit(this.state, nowMs);
    this.state = state;
    const waiters = admitted.flatMap(({ jobId, runId, stepId }) =>
      stepId === undefined ? [] : [{ jobId, runId, stepId }],
    );
    if (waiters.length === 0) return;
    this.run(async () => {
      const { gone } = answerOf(admittedSchema, await admitWaiters({ waiters, until: turnEnd(nowMs) }));
      if (gone.length > 0) this.become(left(this.state, gone, Date.now()));
    });
  }

  countWhenDue(): void {
    if (Date.now() < this.censusAtMs || this.isCounting || (this.counted && this.isEmpty())) return;
    this.isCounting = true;
    this.run(async () => {
      try {
        const census = answerOf(
          censusSchema,
          await takeCensus({
            tenant: this.tenant,
            known: knownTo(this.state),
            requestTimeoutMs: REQUEST_TIMEOUT_MS,
          }),
        );
        const nowMs = Date.now();
        const after = this.counted ? applyCensus : afterFirstCensus;
        const tellsDoubt = concernsDoubt(this.state, census) && patched('slots-in-doubt');
        this.become(after(this.state, tellsDoubt ? census : withoutDoubt(census), nowMs));
        this.counted = true;
      } finally {
        this.isCounting = false;
        this.censusAtMs = Date.now() + (this.counted ? this.state.quotas.censusMs : 0);
      }
    });
  }

  private run(step: () => Promise<void>): void {
    this.underWay += 1;
    void step()
      .catch((error: unknown) => {
        if (!(error instanceof ActivityFailure || error instanceof NoAnswer)) throw error;
        log.warn('a step of the queue did not come to an end', { error: String(error.cause) });
      })
      .finally(() => {
        this.underWay -= 1;
        this.changed = true;
      });
  }

  show(): void {
    setCurrentDetails(admissionPage(this.state, Date.now()));
  }

  async untilSomethingChanges(): Promise<void> {
    const nowMs = Date.now();
    const changesMs = this.counted ? changesAtMs(this.state, nowMs) : undefined;
    if (changesMs !== undefined) this.alarm.setFor(changesMs, 'The next turn');
    const idleAtMs = this.changedAtMs + IDLE_MS;
    if (this.isEmpty()) this.alarm.setFor(idleAtMs, 'Nobody came');
    else if (!this.isCounting) this.alarm.setFor(this.censusAtMs, 'Census');
    await condition(() => this.changed || this.inbox.length > 0 || this.alarm.hasRung);
    this.changed = false;
    this.alarm.silence();
  }

  isAtRest(): boolean {
    return this.underWay === 0;
  }

  async untilAtRest(): Promise<void> {
    await condition(() => this.isAtRest());
  }

  handover(): { tenant: string; state: KeptAdmission; censusAtMs: number } {
    const nowMs = Date.now();
    const state = applyReports(this.state, this.inbox, nowMs);
    return { tenant: this.tenant, state: keptAdmission(state), censusAtMs: this.censusAtMs };
  }

  isDeserted(): boolean {
    return this.isEmpty() && this.underWay === 0 && Date.now() >= this.changedAtMs + IDLE_MS;
  }

  private isEmpty(): boolean {
    return this.state.entries.size === 0 && this.inbox.length === 0;
  }
}
