import type { Connection } from '@temporalio/client';
import { quote } from '../../client/list-filter';
import type { Settings } from '../../config/settings';
import { isNamespaceNotFound } from '../grpc-cause';
import { needed, NotCheckedError, ok, warn } from './check';
import type { Check, Finding } from './check';

/** Named in the finding; of more only the number. */
const NAMED = 5;

const CLOSED = ['Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut']
  .map(quote)
  .join(', ');

/** Jobs that go on only when a person says so: somebody paused a step of theirs in Temporal, or the whole workflow. */
export function pausedChecks(
  { temporal, taskQueue }: { temporal: Pick<Settings['temporal'], 'namespace'>; taskQueue: string },
  connection: () => Promise<Connection>,
): Check[] {
  const server = needed(connection, 'Temporal does not answer');
  return [
    {
      group: 'Workers',
      name: 'paused jobs',
      run: async () => checkPaused(await server(), temporal.namespace, taskQueue),
    },
  ];
}

async function checkPaused(
  { workflowService }: Connection,
  namespace: string,
  taskQueue: string,
): Promise<Finding> {
  // The server's own attribute. A status `Paused`, of whole workflows, not every server knows.
  const query = `TemporalPauseInfo IS NOT NULL AND ExecutionStatus NOT IN (${CLOSED}) AND TaskQueue = ${quote(taskQueue)}`;
  try {
    const [{ count }, { executions }] = await Promise.all([
      workflowService.countWorkflowExecutions({ namespace, query }),
      workflowService.listWorkflowExecutions({ namespace, query, pageSize: NAMED }),
    ]);
    const total = Number(count);
    if (total === 0) return ok('none');
    const names = executions.map(({ execution }) => execution?.workflowId ?? '').join(', ');
    return warn(
      `${names}${total > NAMED ? ` and ${total - NAMED} more` : ''}`,
      'somebody paused a step of theirs in Temporal; `vault-jobs status JOB` says who, and how to go on',
    );
  } catch (error) {
    if (isNamespaceNotFound(error)) throw new NotCheckedError(`there is no namespace ${namespace}`);
    throw error;
  }
}
