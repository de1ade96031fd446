import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { JobRecord } from '../../src/domain/job-record';
import type { OrphanReport } from '../../src/domain/orphan-scan';

export const HISTORIES = join(__dirname, '..', 'histories');

type AnyWorkflow = () => Promise<JobRecord | OrphanReport>;

function endingOf(result: JobRecord | OrphanReport): string {
  if ('cancel' in result) return `${result.outcome}.${result.cancel.disposition}`;
  return result.orphans.some(({ adoptedBy }) => adoptedBy !== undefined) ? 'ADOPTED' : 'LOOKED';
}

/**
 * `npm run record-histories` keeps one history of each ending that the scenarios reach. Kept histories must
 * replay for as long as jobs may run that were started by the code that wrote them.
 */
export async function recordHistories(temporal: Client, taskQueue: string): Promise<void> {
  if (process.env.RECORD_HISTORIES !== '1') return;
  await mkdir(HISTORIES, { recursive: true });
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId, type } of temporal.workflow.list({ query })) {
    const handle = temporal.workflow.getHandle<AnyWorkflow>(workflowId);
    const name = `${type}.${endingOf(await handle.result())}.json`;
    const history = historyToJSON(await handle.fetchHistory());
    await writeFile(join(HISTORIES, name), history);
  }
}
