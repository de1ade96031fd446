import type { PendingStep } from '../../client';
import type { CancelRequest } from '../../domain/cancel-request';
import { formatTime } from '../../domain/format-time';
import type { JobRecord } from '../../domain/job-record';
import type { ExportSnapshot, OperationSnapshot } from '../../domain/snapshot';
import { formatAge, formatBytes, formatCount } from './format';
import { queueWords } from './queue-words';
import { paintOutcome, paintState } from './palette';
import type { Palette } from './palette';
import type { Row } from './table';

/** Of many requests the first, which drives, and the newest. */
const SHOWN_REQUESTS = 4;

type MaybeRow = readonly [label: string, value: string | false | undefined];

/** A record for people: everything it knows, nothing that it does not. */
export function recordRows(record: JobRecord, palette: Palette, nowMs: number): Row[] {
  const { remote, cancel, blocked } = record;
  const rows: MaybeRow[] = [
    ['Job', `${palette.bold(record.jobId)} (${record.kind})`],
    ['State', paintState(record.state, palette)],
    ['Outcome', record.outcome && palette.bold(paintOutcome(record.outcome, palette))],
    ['Advice', record.advice],
    [
      'Taken up',
      record.takenUp !== undefined && `${record.takenUp} times, after its workflow was ended from outside`,
    ],
    ['Queue', record.queue && queueWords(record.queue, nowMs)],
    [
      'Blocked on',
      // What the job was told of its place is as old as its last word; the queue's own answer is above.
      blocked &&
        !(record.queue && blocked.during === 'queue') &&
        palette.warn(`${blocked.on} for ${formatAge(blocked.since, nowMs)}, during ${blocked.during}: `) +
          blocked.detail,
    ],
    ...cancelRows(cancel),
    ['Matter', remote.matterId],
    ['Export', remote.exportId],
    ['Operation', remote.operationName],
    ['Progress', remote.export && exportProgress(remote.export)],
    ['Result', remote.operation && operationResult(remote.operation)],
    ['Children', remote.children.map(({ exportId, status }) => `${exportId}: ${status}`).join('\n')],
    [
      'Orphans',
      remote.possibleOrphans === undefined
        ? undefined
        : `${remote.possibleOrphans} operation(s) may run unwatched: their names were lost`,
    ],
    ['Started', formatTime(record.startedAt)],
    ['Deadline', record.deadlineAt && formatTime(record.deadlineAt)],
    [
      'Ended',
      record.endedAt &&
        `${formatTime(record.endedAt)}, after ${formatAge(record.startedAt, Date.parse(record.endedAt))}`,
    ],
    ['Looks', record.polls !== undefined && formatCount(record.polls)],
  ];
  return rows.filter((row): row is Row => typeof row[1] === 'string' && row[1] !== '');
}

/** What is under way or waits for its next attempt. */
export function stepRows(pending: readonly PendingStep[], nowMs: number): Row[] {
  return pending.map((step): Row => {
    if (step.paused) return [`Step ${step.step}`, pausedWords(step.paused)];
    const next = step.nextAttemptAt === undefined ? undefined : Date.parse(step.nextAttemptAt) - nowMs;
    const when = next === undefined || next <= 0 ? 'now' : `in ${Math.ceil(next / 1000)}s`;
    // Its own "looks again in" is as old as the last attempt, and so is a place in the queue.
    const detail = step.step === 'queue' ? undefined : step.detail?.replace(/; looks again in .*$/, '');
    return [`Step ${step.step}`, [`next attempt ${when}`, detail].filter(Boolean).join('; ')];
  });
}

function pausedWords({ at, by, reason }: NonNullable<PendingStep['paused']>): string {
  return ['paused in Temporal', at && `since ${formatTime(at)}`, by && `by ${by}`, reason && `(${reason})`]
    .filter(Boolean)
    .join(' ');
}

function cancelRows(cancel: JobRecord['cancel']): MaybeRow[] {
  if (cancel.requestsTotal === 0 && cancel.disposition === 'NOT_ASKED') return [];
  const facts = [
    cancel.disposition as string,
    cancel.attempts !== undefined && `sent ${cancel.attempts} time(s)`,
    cancel.acceptedAt && `accepted ${formatTime(cancel.acceptedAt)}`,
    cancel.confirmedAt && `confirmed ${formatTime(cancel.confirmedAt)}`,
    cancel.possiblyOurs && 'an answer was lost: the end may be this cancel’s work',
  ];
  const [first, ...later] = cancel.requests;
  const shown = first ? [first, ...later.slice(-(SHOWN_REQUESTS - 1))] : [];
  const hidden = cancel.requestsTotal - shown.length;
  return [
    ['Cancel', facts.filter(Boolean).join(', ')],
    [
      'Asked',
      [
        ...shown.map(requestLine),
        ...(hidden > 0 ? [`and ${hidden} more: see "vault-jobs history"`] : []),
      ].join('\n'),
    ],
  ];
}

function requestLine(request: CancelRequest): string {
  const { requestedBy, source, receivedAt, reason, skipped, afterEnd } = request;
  const why = reason === '' ? 'no reason given' : reason;
  const fate = skipped ? ` [ignored: ${skipped}]` : afterEnd ? ' [after the end]' : '';
  return `${formatTime(receivedAt)} by ${requestedBy} (${source}): ${why}${fate}`;
}

function exportProgress(snapshot: ExportSnapshot): string {
  const { exportedArtifactCount: done, totalArtifactCount: total = 0, sizeInBytes } = snapshot;
  const share = done !== undefined && total > 0 ? ` (${Math.floor((done / total) * 100)}%)` : '';
  const items =
    done !== undefined && total > 0
      ? `${formatCount(done)} of ${formatCount(total)} items${share}`
      : undefined;
  const files =
    snapshot.fileCount > 0
      ? [`${formatCount(snapshot.fileCount)} file(s)`, sizeInBytes !== undefined && formatBytes(sizeInBytes)]
          .filter(Boolean)
          .join(', ')
      : undefined;
  return [snapshot.rawStatus, items, files].filter(Boolean).join(', ');
}

function operationResult({ done, error, count }: OperationSnapshot): string {
  if (error) return `done with google.rpc code ${error.code}`;
  if (!count) return done ? 'done' : 'not done yet';
  const failed = count.accountErrors.reduce((sum, { count: accounts }) => sum + accounts, 0);
  return [
    `${formatCount(count.totalCount)} found`,
    count.matchingAccountsCount === undefined
      ? undefined
      : `in ${formatCount(count.matchingAccountsCount)} of ${formatCount(count.queriedAccountsCount ?? 0)} accounts`,
    failed > 0 ? `${formatCount(failed)} account(s) could not be counted` : undefined,
    count.nonQueryableAccounts > 0
      ? `${formatCount(count.nonQueryableAccounts)} account(s) cannot be queried`
      : undefined,
  ]
    .filter(Boolean)
    .join(', ');
}
