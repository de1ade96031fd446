import { operationJobDoorSchema, operationJobRequestSchema } from '../src/domain/job-request';
import type { JobRecord } from '../src/domain/job-record';
import { idTaken, takeUpIfKnown } from './earlier-runs';
import { Job } from './job';
import { acceptRequest, live, refusedRequest } from './life';
import { watchToTheEnd } from './watching';

/** Any long-running operation of Vault, taken over by name, watched to a proven end and recorded. */
export async function vaultOperation(input: unknown, carried?: unknown): Promise<JobRecord> {
  const request = acceptRequest(operationJobRequestSchema, input, operationJobDoorSchema);
  const job = new Job(
    { kind: 'operation', whenNotCancellable: 'keep-watching', ...request },
    request,
    carried,
  );
  const { operationName } = request;
  return live(job, async () => {
    const adopted = await job.step((step) => job.steps.adoptOperation({ ...step, operationName }));
    if (adopted.type === 'REFUSED') {
      throw refusedRequest(`The operation cannot be watched: ${adopted.detail}`);
    }
    if (adopted.type === 'ID_TAKEN') throw idTaken(adopted);
    takeUpIfKnown(job, adopted);
    const { matterId, createTime } = adopted;
    job.created({ operationName, createTime, ...(matterId !== undefined && { matterId }) });
    job.canBeStopped = true;
    return watchToTheEnd(job);
  });
}
