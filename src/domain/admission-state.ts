import { z } from 'zod';
import { entrySchema, hasLongId, holdsSlot, inOrder, isOurs, PRIORITIES, who } from './admission-entry';
import type { Entry, Waiting } from './admission-entry';
import type { AdmissionReport } from './admission-messages';
import { exportQuotasSchema } from './admission-quotas';
import { assertNever } from './assert-never';

/** Entries the queue remembers at most: its state must stay well below what one payload may carry (2 MB). */
export const MAX_ENTRIES = 3000;
/** Of these, how many with ids that are longer than any of ours. */
const MAX_LONG_IDS = 100;
/** The longest wait between two tries whether Vault has room again, in windows. */
const MAX_PROBE_WINDOWS = 15;
/** How much one slot's time counts in the mean. */
const MEAN_WEIGHT = 0.2;

/** All that the queue knows, as it travels from one run of its workflow to the next. */
export const admissionStateSchema = z.object({
  /** The rules of the run; one without goes by those it began under, for its replay. */
  rules: z.literal(2).exactOptional(),
  quotas: exportQuotasSchema,
  entries: z
    .array(entrySchema)
    .transform(
      (entries): ReadonlyMap<string, Entry> => new Map(entries.map((entry) => [entry.jobId, entry])),
    ),
  /** When the creates of the last window were answered, the oldest first. */
  createdAtMs: z.array(z.number()),
  /** Creates of the last window may be unknown: no turn before this. */
  notBeforeMs: z.number(),
  /** What Vault turned out to allow when it last said that it is full, and when that is tried again. */
  ceiling: z.object({ slots: z.number(), probeAtMs: z.number(), probeWaitMs: z.number() }).optional(),
  /** When one more than the slots is tried next, since it is in doubt whether those who hold them run. */
  doubtProbe: z.object({ atMs: z.number(), waitMs: z.number() }).exactOptional(),
  /** How long an export holds its slot, as far as those show that have ended. */
  meanHeldMs: z.number().optional(),
});
export type AdmissionState = z.output<typeof admissionStateSchema>;
export type KeptAdmission = z.input<typeof admissionStateSchema>;

export function emptyAdmission(): AdmissionState {
  return { quotas: exportQuotasSchema.parse({}), entries: new Map(), createdAtMs: [], notBeforeMs: 0 };
}

/** Without the rules: the next run has its own. */
export function keptAdmission({ rules: _rules, ...state }: AdmissionState): KeptAdmission {
  return { ...state, entries: [...state.entries.values()] };
}

export function occupied({ entries }: Pick<AdmissionState, 'entries'>): number {
  return [...entries.values()].filter(holdsSlot).length;
}

export function waitersInOrder({ entries }: AdmissionState): Waiting[] {
  return [...entries.values()].filter((entry) => entry.standing === 'WAITING').toSorted(inOrder);
}

/** A state in the making. Thousands of reports may come at once: they change one copy, not one each. */
export type Draft = Omit<AdmissionState, 'entries'> & { entries: Map<string, Entry> };

export function revise(state: AdmissionState, change: (draft: Draft) => void): AdmissionState {
  const draft: Draft = { ...state, entries: new Map(state.entries) };
  change(draft);
  return draft;
}

/** What reports change. Never throws: anybody can send one, in any order and more than once. */
export function applyReports(
  state: AdmissionState,
  reports: readonly AdmissionReport[],
  nowMs: number,
): AdmissionState {
  return revise(state, (draft) => {
    for (const report of reports) applyReport(draft, report, nowMs);
  });
}

function applyReport(draft: Draft, report: AdmissionReport, nowMs: number): void {
  switch (report.type) {
    case 'JOIN':
      return join(draft, report, nowMs);
    case 'STARTED':
      return started(draft, report, nowMs);
    case 'FULL':
      return full(draft, report.jobId, nowMs);
    case 'NOT_STARTED':
      return notStarted(draft, report, nowMs);
    case 'LEFT':
      return leave(draft, report.jobId, nowMs);
    default:
      return assertNever('admission report', report);
  }
}

type Report<T extends AdmissionReport['type']> = Extract<AdmissionReport, { type: T }>;

function join(draft: Draft, report: Report<'JOIN'>, nowMs: number): void {
  const { jobId, runId, stepId, quotas } = report;
  if (draft.rules === undefined) draft.quotas = quotas ?? draft.quotas;
  else if (!isOurs(report)) return;
  const known = draft.entries.get(jobId);
  if (known?.standing === 'ADMITTED') {
    draft.entries.set(jobId, { ...known, runId });
    return;
  }
  if (known === undefined && !hasRoomFor(draft, report)) return;
  draft.entries.set(jobId, {
    ...who(report),
    standing: 'WAITING',
    joinedAtMs: nowMs,
    ...(stepId !== undefined && { stepId }),
    mayHoldSlot: known !== undefined && holdsSlot(known),
  });
}

/** Whatever a message adds is bounded here, by count and by size. */
export function hasRoomFor({ entries, rules }: Draft, report: { jobId: string }): boolean {
  if (entries.size >= MAX_ENTRIES) return false;
  if (rules === undefined || !hasLongId(report)) return true;
  return [...entries.values()].filter(hasLongId).length < MAX_LONG_IDS;
}

function started(draft: Draft, report: Report<'STARTED'>, nowMs: number): void {
  const { jobId, runId, startedAtMs } = report;
  const known = draft.entries.get(jobId);
  if (known?.standing === 'RUNNING') return;
  if (draft.rules !== undefined && (!isOurs(report) || (known === undefined && !hasRoomFor(draft, report))))
    return;
  settleTurn(draft, known, nowMs);
  const priority = known?.priority ?? PRIORITIES.usual;
  const running = { standing: 'RUNNING' as const, sinceMs: nowMs, told: true };
  draft.entries.set(jobId, { jobId, runId, priority, startedAtMs, ...running });
  // It runs beyond what Vault was thought to allow: there is room again.
  if (draft.ceiling !== undefined && occupied(draft) > draft.ceiling.slots) delete draft.ceiling;
  const { windowMs } = draft.quotas;
  if (draft.doubtProbe !== undefined) draft.doubtProbe = { atMs: nowMs + windowMs, waitMs: windowMs };
}

/** Somebody else holds slots: no more is assumed than runs now, until one more is let in on trial. */
function full(draft: Draft, jobId: string, nowMs: number): void {
  const known = draft.entries.get(jobId);
  // Only a create shows it, and a create has had a turn.
  const hadTurn = known?.standing === 'ADMITTED' || known?.standing === 'AWAY';
  if (draft.rules !== undefined && !hadTurn) return;
  settleTurn(draft, known, nowMs);
  draft.entries.delete(jobId);
  const { windowMs } = draft.quotas;
  if (draft.doubtProbe !== undefined) {
    const waitMs = Math.min(2 * draft.doubtProbe.waitMs, MAX_PROBE_WINDOWS * windowMs);
    draft.doubtProbe = { atMs: nowMs + waitMs, waitMs };
  }
  const before = draft.ceiling?.probeWaitMs;
  const probeWaitMs = before === undefined ? windowMs : Math.min(2 * before, MAX_PROBE_WINDOWS * windowMs);
  draft.ceiling = { slots: occupied(draft), probeAtMs: nowMs + probeWaitMs, probeWaitMs };
  if (known === undefined) return;
  const again = { standing: 'WAITING' as const, joinedAtMs: nowMs, mayHoldSlot: false };
  draft.entries.set(jobId, { ...who(known), ...again });
}

function notStarted(draft: Draft, report: Report<'NOT_STARTED'>, nowMs: number): void {
  const known = draft.entries.get(report.jobId);
  if (known === undefined || known.standing === 'RUNNING') return;
  settleTurn(draft, known, nowMs);
  takeAway(draft, known, known.mayHoldSlot || report.mayHoldSlot);
}

/** It has no turn and stands in no queue until it asks again. */
export function takeAway(draft: Draft, entry: Entry, mayHoldSlot: boolean): void {
  draft.entries.set(entry.jobId, { ...who(entry), standing: 'AWAY', mayHoldSlot });
}

/** What is so when these jobs have left. */
export function left(state: AdmissionState, jobIds: readonly string[], nowMs: number): AdmissionState {
  return revise(state, (draft) => {
    for (const jobId of jobIds) leave(draft, jobId, nowMs);
  });
}

export function leave(draft: Draft, jobId: string, nowMs: number): void {
  const known = draft.entries.get(jobId);
  settleTurn(draft, known, nowMs);
  draft.entries.delete(jobId);
  if (known?.standing !== 'RUNNING') return;
  const heldMs = nowMs - known.sinceMs;
  const { meanHeldMs = heldMs } = draft;
  draft.meanHeldMs = Math.round(meanHeldMs + MEAN_WEIGHT * (heldMs - meanHeldMs));
}

/** A turn counts against the window from its create's answer on: that is never earlier than Vault's own count. */
function settleTurn(draft: Draft, entry: Entry | undefined, nowMs: number): void {
  if (entry?.standing !== 'ADMITTED') return;
  const { windowMs, createsPerMinute } = draft.quotas;
  const recent = draft.createdAtMs.filter((atMs) => atMs > nowMs - windowMs);
  draft.createdAtMs = [...recent, nowMs].slice(-createsPerMinute);
}
