import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { ADMISSION_WORKFLOW } from '../../src/domain/admission-messages';
import type { JobRecord } from '../../src/domain/job-record';
import { WORKFLOW_TYPES } from '../../src/domain/messages';
import { ORPHAN_SCAN_TYPE } from '../../src/domain/orphan-scan';
import type { OrphanReport } from '../../src/domain/orphan-scan';

export const HISTORIES = join(__dirname, '..', 'histories');

type Recorded = () => Promise<JobRecord | OrphanReport>;

function endingOf(result: JobRecord | OrphanReport): string {
  if ('cancel' in result) return `${result.outcome}.${result.cancel.disposition}`;
  return result.orphans.some(({ adoptedBy }) => adoptedBy !== undefined) ? 'ADOPTED' : 'LOOKED';
}

/** A longer one shows nothing that a short one does not. */
const MAX_KEPT_EVENTS = 400;

/** The queue of jobs never ends while there are any: one history of each way in which its run stands. */
async function recordQueues(temporal: Client, taskQueue: string): Promise<void> {
  const query = `TaskQueue = '${taskQueue}' AND WorkflowType = '${ADMISSION_WORKFLOW}'`;
  for await (const { workflowId, runId, type, status } of temporal.workflow.list({ query })) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    if ((history.events?.length ?? 0) > MAX_KEPT_EVENTS) continue;
    await writeFile(join(HISTORIES, `${type}.${status.name}.json`), historyToJSON(history));
  }
}

/**
 * `npm run record-histories` keeps one history of each ending that the scenarios reach. Kept histories must
 * replay for as long as jobs may run that were started by the code that wrote them.
 */
export async function recordHistories(temporal: Client, taskQueue: string): Promise<void> {
  if (process.env.RECORD_HISTORIES !== '1') return;
  await mkdir(HISTORIES, { recursive: true });
  await recordQueues(temporal, taskQueue);
  const types = [...Object.values(WORKFLOW_TYPES), ORPHAN_SCAN_TYPE].map((type) => `'${type}'`);
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Completed' AND WorkflowType IN (${types.join(', ')})`;
  for await (const { workflowId, type } of temporal.workflow.list({ query })) {
    const handle = temporal.workflow.getHandle<Recorded>(workflowId);
    await recordHistory(handle, `${type}.${endingOf(await handle.result())}`);
  }
}

/** Keeps the history of one run under a name of its own. */
export async function recordHistory(
  handle: Pick<WorkflowHandle, 'fetchHistory'>,
  name: string,
): Promise<void> {
  if (process.env.RECORD_HISTORIES !== '1') return;
  await writeFile(join(HISTORIES, `${name}.json`), historyToJSON(await handle.fetchHistory()));
}
