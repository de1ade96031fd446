import { getHeapStatistics } from 'node:v8';
import { Client } from '@temporalio/client';
import { Runtime, Worker } from '@temporalio/worker';
import type {
  NativeConnection,
  WorkerDeploymentOptions,
  WorkerOptions,
  WorkflowBundleOption,
} from '@temporalio/worker';
import { createActivities } from '../../activities';
import { createPolicyActivities } from '../../activities/policy';
import { createOrphanActivities } from '../../activities/orphans';
import { createWatchdogActivities } from '../../activities/watchdog';
import type { DeploymentSettings } from '../config/deployment';
import type { QueueRates } from '../config/read-rates';
import type { ExportQuotas } from '../domain/admission-quotas';
import { JOB_QUEUES, taskQueues } from '../domain/task-queues';
import type { WalkRates } from '../domain/walk-rates';
import { undecryptable } from '../domain/undecryptable';
import { clientDataConverter, workerDataConverter } from '../encryption/data-converter';
import type { Unreadable } from '../encryption/encryption-codec';
import type { KeyRing } from '../encryption/key-ring';
import type { Ledger } from '../ledger/ledger';
import type { VaultClient } from '../vault/vault-client';
import { activityDeps } from './activity-deps';
import { cachedJobs } from './cached-jobs';
import { orphanDeps } from './orphan-deps';
import { dropWatchdog, keepWatchdog } from '../policies/watchdog-schedule';
import { registerSearchAttributes } from './register-search-attributes';
import { watchdogDeps } from './watchdog-deps';
import { DROPPED_SPANS } from './worker-observers';
import type { WorkerObservers } from './worker-observers';
import { workflowBundle } from './workflow-bundle';

export interface VaultWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  /** The base name; the queue of each class of work derives from it. */
  taskQueue: string;
  ledger: Ledger;
  /** Where tenants have ledgers of their own; without it all share `ledger`. */
  ledgerFor?: (tenant: string) => Ledger;
  /** Throws for a tenant that this worker does not serve: its jobs wait, blocked. */
  vaultFor: (tenant: string) => VaultClient;
  /** What Vault allows the tenant's exports. Default: Google's documented figures. */
  quotasFor?: (tenant: string) => ExportQuotas;
  /** Encrypts what the jobs write to Temporal. */
  keys?: KeyRing | undefined;
  /** Takes work only once Temporal has been told that this build is the current one. Default: takes any. */
  deployment?: DeploymentSettings | undefined;
  /** How long a stop waits for calls under way. Default: 10 seconds. */
  shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
  bundle?: WorkflowBundleOption;
  observers?: WorkerObservers;
  /** Kept by the server for all workers of a queue, the last one's word counting: give all the same. Default: none. */
  rates?: QueueRates;
  /** How fast this worker reads long lists. Default: as fast as it can. */
  walkRates?: WalkRates;
  /** How often jobs that were ended from outside are taken up; `false`: never. Default: whatever other workers have said. */
  watchdogEveryMs?: number | false;
}

export interface VaultWorker {
  /** Resolves when the worker has stopped by {@link stop} or a process signal; rejects when it failed. */
  readonly stopped: Promise<void>;
  /** Whether every queue is being asked for work. */
  readonly isPolling: boolean;
  /** Stops polling and lets calls under way end. Never cancels anything remote. */
  stop(): Promise<void>;
}

/** Serves every queue of a deployment in this process. Start as many processes as you like. */
export async function startVaultWorker(options: VaultWorkerOptions): Promise<VaultWorker> {
  const { connection, namespace } = options;
  await registerSearchAttributes(connection, namespace);
  const clientOptions = {
    connection,
    namespace,
    interceptors: { workflow: options.observers?.client ?? [] },
    dataConverter: clientDataConverter(options.keys),
  };
  const temporal = new Client(clientOptions);
  const deps = await activityDeps(options, clientOptions);
  const activities = {
    ...createActivities(deps),
    ...createPolicyActivities({ temporal }),
    ...createWatchdogActivities(watchdogDeps(temporal, options.ledger, options.taskQueue)),
    ...createOrphanActivities(orphanDeps(deps, temporal, options.taskQueue)),
  };
  const queues = taskQueues(options.taskQueue);
  const common = {
    connection,
    namespace,
    activities,
    dataConverter: workerDataConverter(options.keys, warnOfUnreadable),
    interceptors: { activity: options.observers?.activities ?? [] },
    sinks: options.observers?.sinks ?? DROPPED_SPANS,
    shutdownGraceTime: options.shutdownGraceTime ?? '10 seconds',
    ...(options.deployment && { workerDeploymentOptions: versioned(options.deployment) }),
  };
  const bundle = options.bundle ?? (await workflowBundle({ encrypted: options.keys !== undefined }));
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: queues.workflow,
      workflowBundle: bundle,
      maxCachedWorkflows: cachedJobs(getHeapStatistics().heap_size_limit),
      // A worker that was killed keeps its jobs' tasks for so long; nothing is lost by asking another sooner.
      stickyQueueScheduleToStartTimeout: '3 seconds',
    }),
    ...JOB_QUEUES.map((queue) => {
      const rate = options.rates?.[queue];
      return Worker.create({
        ...common,
        taskQueue: queues[queue],
        ...(rate !== undefined && { maxTaskQueueActivitiesPerSecond: rate }),
      });
    }),
    // Somebody may wait for a run of a policy and see how far it is.
    Worker.create({ ...common, taskQueue: queues.policy, maxHeartbeatThrottleInterval: '1 second' }),
  ]);
  await scheduleWatchdog(temporal, options);
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
    get isPolling() {
      return workers.every((worker) => worker.getState() === 'RUNNING');
    },
    stop: async () => {
      stop();
      await stopped;
    },
  };
}

async function scheduleWatchdog(temporal: Client, options: VaultWorkerOptions): Promise<void> {
  const { taskQueue, watchdogEveryMs } = options;
  if (watchdogEveryMs === undefined) return;
  await (watchdogEveryMs === false
    ? dropWatchdog(temporal, taskQueue)
    : keepWatchdog(temporal, taskQueue, watchdogEveryMs));
}

/** Jobs run for days: they go on with the build that is current, which replays what earlier ones wrote. */
function versioned({ name, buildId }: DeploymentSettings): WorkerDeploymentOptions {
  return {
    version: { deploymentName: name, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  };
}

/** The failure of the workflow task that follows is encrypted too, so its reason has to be said here. */
function warnOfUnreadable({ keyId, why, workflowId }: Unreadable): void {
  const logger = Runtime.instance().logger;
  switch (why) {
    case 'PLAIN':
      // A cancel from Temporal's UI is such a one, and counts.
      logger.warn('A payload is not encrypted, though encryption.require is on', { workflowId });
      return;
    case 'MOVED':
    case 'DAMAGED':
    case 'UNKNOWN_KEY':
      logger.error('A payload cannot be decrypted', { workflowId, error: new Error(REASONS[why](keyId)) });
  }
}

const REASONS = {
  MOVED: () => 'it was written for another job, step or namespace',
  DAMAGED: (keyId: string) => `it is damaged, or key "${keyId}" is another`,
  UNKNOWN_KEY: undecryptable,
};
