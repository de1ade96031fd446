import { randomUUID } from 'node:crypto';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ClientOptions } from '@temporalio/client';
import type { ActivityDeps } from '../../activities/deps';
import { WalkPace } from '../../activities/walk-pace';
import { createExportReader } from '../../activities/reading/export-reader';
import { findOpenJob } from '../client/job-status';
import { exportQuotasSchema } from '../domain/admission-quotas';
import { admissionPort } from './admission-port';
import { nativeCancelOf } from './native-cancel';
import type { VaultWorkerOptions } from './vault-worker';

/** What the jobs' activities reach the world through, in a worker. */
export async function activityDeps(
  options: VaultWorkerOptions,
  clientOptions: ClientOptions,
): Promise<ActivityDeps> {
  const { connection, namespace, taskQueue, ledger, ledgerFor, vaultFor } = options;
  const quotasFor = options.quotasFor ?? (() => exportQuotasSchema.parse({}));
  const temporal = new Client(clientOptions);
  // A queue that was terminated would else answer as it stood then.
  const refusing = new Client({ ...clientOptions, workflow: { queryRejectCondition: 'NOT_OPEN' } });
  const { clusterId } = await connection.workflowService.getClusterInfo({});
  return {
    ledger,
    ...(ledgerFor && { ledgerFor }),
    vaultFor,
    exportReader: createExportReader({ vaultFor, ledger, worker: randomUUID() }),
    walkPace: new WalkPace(options.walkRates),
    admission: admissionPort(refusing, taskQueue, quotasFor),
    identity: { clusterId, namespace },
    isOpen: async (jobId) => (await findOpenJob(temporal, jobId)) !== undefined,
    nativeCancelOf: (job) => nativeCancelOf(temporal, job),
    signalJob: async ({ jobId }, signal, payload) => {
      try {
        await temporal.workflow.getHandle(jobId).signal(signal, payload);
      } catch (error) {
        // The job has ended in the meantime: there is nobody left to tell.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
