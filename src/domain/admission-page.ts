import { holdsSlot } from './admission-entry';
import type { Entry } from './admission-entry';
import { queueView } from './admission-forecast';
import type { AdmissionState } from './admission-state';
import { code } from './markdown';

/** Rows of each table: the page is looked at, and `vault-jobs list` has the rest. */
const SHOWN_ROWS = 20;

/** The queue's page in the Temporal UI. Markdown. */
export function admissionPage(state: AdmissionState, nowMs: number): string {
  const { capacity, configured, holding, waiting } = queueView(state, nowMs);
  const { quotas, ceiling, entries } = state;
  const lines = [
    `**${holding.length} of ${capacity} slots taken, ${waiting.length} waiting.** ` +
      `Vault runs ${quotas.runningExports} exports at once; ${quotas.reserve} of them are left for people.`,
  ];
  if (ceiling !== undefined) {
    lines.push(
      `Vault said that it is full: ${capacity} instead of ${configured} are assumed, and one more is tried at ` +
        `${iso(ceiling.probeAtMs)}, or when one ends.`,
    );
  }
  const holders = [...entries.values()].filter(holdsSlot);
  lines.push(...table(['Holds a slot', 'Standing', 'Since'], holders.map(holderRow)));
  lines.push(
    ...table(
      ['Waits', 'Priority', 'Expected to start'],
      waiting.map(({ jobId, priority, expectedAtMs }) => [
        code(jobId),
        String(priority),
        expectedAtMs === undefined ? 'when a slot is free' : iso(expectedAtMs),
      ]),
    ),
  );
  return lines.join('\n\n');
}

function holderRow(entry: Entry): string[] {
  switch (entry.standing) {
    case 'RUNNING':
      return [code(entry.jobId), 'running', iso(entry.sinceMs)];
    case 'ADMITTED':
      return [code(entry.jobId), 'has its turn', iso(entry.admittedAtMs)];
    case 'WAITING':
    case 'AWAY':
      return [code(entry.jobId), 'may run: a create was not answered', ''];
  }
}

function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, SHOWN_ROWS);
  if (rows.length > SHOWN_ROWS) shown.push([`and ${rows.length - SHOWN_ROWS} more`]);
  return [[head, head.map(() => '---'), ...shown].map((cells) => `| ${cells.join(' | ')} |`).join('\n')];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
