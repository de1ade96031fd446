import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { Runtime, Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { ActivityDeps } from '../../activities/deps';
import { undecryptable } from '../domain/undecryptable';
import { taskQueues } from '../domain/task-queues';
import { clientDataConverter, workerDataConverter } from '../encryption/data-converter';
import type { Unreadable } from '../encryption/encryption-codec';
import type { KeyRing } from '../encryption/key-ring';
import type { Ledger } from '../ledger/ledger';
import type { VaultClient } from '../vault/vault-client';
import { registerSearchAttributes } from './register-search-attributes';
import { workflowBundle } from './workflow-bundle';

export interface VaultWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  /** The base name; the queue of each class of work derives from it. */
  taskQueue: string;
  ledger: Ledger;
  vaultFor: (tenant: string) => VaultClient;
  /** Encrypts what the jobs write to Temporal. */
  keys?: KeyRing | undefined;
  /** How long a stop waits for calls under way. Default: 10 seconds. */
  shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
  bundle?: WorkflowBundleOption;
}

export interface VaultWorker {
  /** Resolves when the worker has stopped by {@link stop} or a process signal; rejects when it failed. */
  readonly stopped: Promise<void>;
  /** Stops polling and lets calls under way end. Never cancels anything remote. */
  stop(): Promise<void>;
}

/** Serves every queue of a deployment in this process. Start as many processes as you like. */
export async function startVaultWorker(options: VaultWorkerOptions): Promise<VaultWorker> {
  const { connection, namespace } = options;
  await registerSearchAttributes(connection, namespace);
  const activities = createActivities(await activityDeps(options));
  const queues = taskQueues(options.taskQueue);
  const common = {
    connection,
    namespace,
    activities,
    dataConverter: workerDataConverter(options.keys, warnOfUnreadable),
    shutdownGraceTime: options.shutdownGraceTime ?? '10 seconds',
  };
  const bundle = options.bundle ?? (await workflowBundle({ encrypted: options.keys !== undefined }));
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: queues.workflow,
      workflowBundle: bundle,
      // A worker that was killed keeps its jobs' tasks for so long; nothing is lost by asking another sooner.
      stickyQueueScheduleToStartTimeout: '3 seconds',
    }),
    ...[queues.cancel, queues.create, queues.watch].map((taskQueue) =>
      Worker.create({ ...common, taskQueue }),
    ),
  ]);
  const running = workers.map((worker) => worker.run());
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const stopped = Promise.all(running)
    .finally(stop)
    .then(() => undefined);
  // Reported to whoever awaits it; until somebody does it must not end the process by itself.
  stopped.catch(() => undefined);
  return {
    stopped,
    stop: async () => {
      stop();
      await stopped;
    },
  };
}

/** The failure of the workflow task that follows is encrypted too, so its reason has to be said here. */
function warnOfUnreadable({ keyId, why, workflowId }: Unreadable): void {
  const error = new Error(
    why === 'DAMAGED' ? `it is damaged, or key "${keyId}" is another` : undecryptable(keyId),
  );
  Runtime.instance().logger.error('A payload cannot be decrypted', { workflowId, error });
}

async function activityDeps(options: VaultWorkerOptions): Promise<ActivityDeps> {
  const { connection, namespace, ledger, vaultFor } = options;
  const dataConverter = clientDataConverter(options.keys);
  const client = new Client({ connection, namespace, dataConverter });
  const { clusterId } = await connection.workflowService.getClusterInfo({});
  return {
    ledger,
    vaultFor,
    identity: { clusterId, namespace },
    signalJob: async ({ jobId }, signal, payload) => {
      try {
        await client.workflow.getHandle(jobId).signal(signal, payload);
      } catch (error) {
        // The job has ended in the meantime: there is nobody left to tell.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}
