import { patched } from '@temporalio/workflow';
import type { CreatedExport } from '../activities/create-export';
import { exportJobDoorSchema, exportJobRequestSchema } from '../src/domain/job-request';
import type { ExportJobRequest } from '../src/domain/job-request';
import type { JobRecord } from '../src/domain/job-record';
import type { Evidence } from '../src/domain/proof';
import { makeUnlessCancelled } from './creating';
import { idTaken, takeUpIfKnown } from './earlier-runs';
import { Job } from './job';
import { acceptRequest, live, refusedRequest } from './life';
import { waitForTurn } from './queueing';
import { watchToTheEnd } from './watching';

/** One Vault export, made or adopted, watched to a proven end and recorded. */
export async function vaultExport(input: unknown, carried?: unknown): Promise<JobRecord> {
  const request = acceptRequest(exportJobRequestSchema, input, exportJobDoorSchema);
  const job = new Job({ kind: 'export', ...request }, request, carried);
  if (request.source.type === 'create') job.exportName = request.source.name;
  return live(job, async () => {
    const made = await obtainExport(job, request);
    if (made === undefined) return NOTHING_WAS_MADE;
    job.made(made);
    const operationName = await findItsOperation(job, made.exportId, request);
    if (operationName !== undefined && operationName !== job.remote.operationName) job.link(operationName);
    job.enter('STATE', 'RUNNING');
    job.canBeStopped = true;
    return watchToTheEnd(job);
  });
}

const NOTHING_WAS_MADE: Evidence = { proof: { type: 'NEVER_CREATED' }, children: [] };

type MadeExport = { exportId: string; createTime: string };

async function obtainExport(job: Job, request: ExportJobRequest): Promise<MadeExport | undefined> {
  switch (request.source.type) {
    case 'adopt':
      return adopt(job, request.matterId, request.source.exportId);
    case 'create':
      return create(job, request, request.source);
  }
}

async function adopt(job: Job, matterId: string, exportId: string): Promise<MadeExport> {
  const adopted = await job.step((input) => job.steps.adoptExport({ ...input, matterId, exportId }));
  switch (adopted.type) {
    case 'FOUND': {
      takeUpIfKnown(job, adopted);
      const { createTime, name } = adopted;
      if (name !== undefined) job.exportName = name;
      return { exportId, createTime };
    }
    case 'REFUSED':
      throw refusedRequest(`The export cannot be adopted: ${adopted.detail}`);
    case 'ID_TAKEN':
      throw idTaken(adopted);
  }
}

async function create(
  job: Job,
  { matterId, priority }: ExportJobRequest,
  source: Extract<ExportJobRequest['source'], { type: 'create' }>,
): Promise<MadeExport | undefined> {
  const { name, query, exportOptions } = source;
  const turn = await waitForTurn(job, priority);
  // Also a first run may have been begun anew under its id: what is not there is looked for before it is said.
  if (turn === undefined && !job.hadEarlierRun && !patched('look-before-never-created')) return undefined;
  job.enter('STATE', 'CREATING');
  const made = await makeUnlessCancelled<CreatedExport>(
    job,
    () =>
      job.step((input) =>
        job.steps.createExport({
          ...input,
          matterId,
          name,
          query,
          ...(exportOptions && { exportOptions }),
          priority,
          ...(turn?.type === 'ADMITTED' && { turnUntil: turn.until }),
        }),
      ),
    () =>
      job.step((input) =>
        job.steps.findCreatedExport({ ...input, matterId, sentNothing: job.provablySentNothing }),
      ),
  );
  if (made.type !== 'ID_TAKEN') takeUpIfKnown(job, made);
  switch (made.type) {
    case 'CREATED':
    case 'FOUND': {
      const { exportId, createTime } = made;
      return { exportId, createTime };
    }
    case 'ABSENT':
      return undefined;
    case 'REFUSED':
      if (job.cancel.asked) return undefined;
      throw refusedRequest(`Vault refused to make the export: ${made.detail}`);
    case 'ID_TAKEN':
      throw idTaken(made);
  }
}

/** The name in the request, or one that `operations.list` shows. Most often there is none: see README. */
async function findItsOperation(
  job: Job,
  exportId: string,
  request: ExportJobRequest,
): Promise<string | undefined> {
  const { matterId, operationName } = request;
  // An earlier run had it, and the ledger knows.
  if (job.remote.operationName !== undefined) return job.remote.operationName;
  if (operationName !== undefined) {
    const belongsTo = { matterId, exportId };
    const adopted = await job.step((input) =>
      job.steps.adoptOperation({ ...input, operationName, belongsTo }),
    );
    if (adopted.type === 'REFUSED') {
      throw refusedRequest(`The operation cannot be linked: ${adopted.detail}`);
    }
    return operationName;
  }
  const found = await job.step((input) =>
    job.steps.findLinkedOperation({ ...input, matterId, exportId, persist: false }),
  );
  if (found.type === 'UNIMPLEMENTED') job.operationsAreUnlisted = true;
  // One that was linked meanwhile stands.
  return job.remote.operationName ?? (found.type === 'FOUND' ? found.operationName : undefined);
}
