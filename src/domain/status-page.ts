import { assertNever } from './assert-never';
import type { CancelSource } from './cancel-request';
import { formatTime } from './format-time';
import type { CancelRecord, JobRecord } from './job-record';
import { code } from './markdown';
import type { CancelDisposition } from './outcome';
import type { ExportSnapshot } from './snapshot';

/**
 * The job's status page in the Temporal UI, as Markdown. What matters comes first, because the UI shows the page in
 * a narrow panel. The UI asks its server to render it, by an address that may end in an access log: so no reasons,
 * no names of people, no query.
 */
export function statusPage(record: JobRecord): string {
  const { remote, cancel, blocked } = record;
  const rows: [string, string | undefined][] = [
    ['Waits for', blocked && `${blocked.on} since ${formatTime(blocked.since)}: ${code(blocked.detail)}`],
    ['Cancel', cancel.requestsTotal > 0 ? cancelText(cancel) : undefined],
    ['Progress', record.state === 'ENDED' ? undefined : 'see *Pending Activities*, under *Last Failure*'],
    ['Exported', remote.export && exportedText(remote.export)],
    ['Counted', remote.operation?.count && String(remote.operation.count.totalCount)],
    ['Deadline', record.deadlineAt && `${formatTime(record.deadlineAt)}, then the job cancels itself`],
    ['Started', formatTime(record.startedAt)],
    ['Ended', record.endedAt && formatTime(record.endedAt)],
    ['Matter', remote.matterId && code(remote.matterId)],
    ['Export', remote.exportId && code(remote.exportId)],
    ['Operation', remote.operationName && code(remote.operationName)],
  ];
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const title = record.outcome ? `${record.state}: ${record.outcome}` : record.state;
  return [
    `**${title}**. ${record.advice}`,
    '',
    '|  |  |',
    '|:--|:--|',
    ...shown.map(([name, value]) => `| **${name}** | ${value} |`),
    '',
    // The UI cuts the panel short by the page's margins (seen with 2.42.1): let it cut this.
    NO_BREAK_SPACE,
  ].join('\n');
}

const NO_BREAK_SPACE = '\u00a0';

function cancelText(cancel: CancelRecord): string {
  const { disposition, requests, requestsTotal, possiblyOurs } = cancel;
  const [first] = requests;
  const asked = first ? `asked for ${formatTime(first.receivedAt)} ${door(first.source)}` : 'asked for';
  const times = requestsTotal > 1 ? `, ${requestsTotal} requests in all` : '';
  const lost = possiblyOurs ? ', or an attempt of ours whose answer was lost ended it' : '';
  return `**${disposition}**: ${dispositionText(disposition)}${lost}; ${asked}${times}`;
}

function door(source: CancelSource): string {
  switch (source) {
    case 'signal':
      return 'by signal';
    case 'update':
      return 'by update';
    case 'native':
      return 'by Request Cancellation';
    case 'deadline':
      return 'by its own deadline';
    case 'policy':
      return 'by a policy';
    default:
      return assertNever('source', source);
  }
}

function dispositionText(disposition: CancelDisposition): string {
  switch (disposition) {
    case 'NOT_ASKED':
      return 'no request’s own condition held';
    case 'NOT_NEEDED':
      return 'nothing was made in Vault';
    case 'ACCEPTED':
      return 'Vault took it';
    case 'UNSUPPORTED':
      return 'Vault cannot cancel this operation';
    case 'NO_OPERATION':
      return 'no operation is known that could be cancelled';
    case 'ALREADY_FINISHED':
      return 'it had finished already';
    case 'NOT_FOUND':
      return 'Vault does not know the operation any more';
    case 'REFUSED':
      return 'Vault refused it';
    case 'PENDING':
      return 'Vault has not answered yet';
    default:
      return assertNever('disposition', disposition);
  }
}

function exportedText({ exportedArtifactCount, totalArtifactCount, fileCount }: ExportSnapshot): string {
  return `${exportedArtifactCount ?? '?'} of ${totalArtifactCount ?? '?'} artifacts, ${fileCount} files`;
}
