import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { createCredential, createVaultClient } from '../../src/vault';
import type { VaultClient } from '../../src/vault';
import type { Places } from './places';

const CALL = { timeoutMs: 30_000 };

export type BareActivities = ReturnType<typeof bareActivities>;

function bareActivities(vault: VaultClient) {
  return {
    cancel: async (operationName: string): Promise<void> => {
      await vault.cancelOperation(operationName, CALL);
    },
    lookUntilDone: async (operationName: string): Promise<void> => {
      const { done } = await vault.getOperation(operationName, CALL);
      if (!done) throw ApplicationFailure.create({ message: 'runs', category: 'BENIGN' });
    },
    read: async (operationName: string): Promise<void> => {
      await vault.getOperation(operationName, CALL);
    },
    record: async (): Promise<void> => {},
  };
}

/** What the figures are compared with: the same server, the same requests, nothing of ours in between. */
export async function main(places: Places): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { address, taskQueue, rootUrl, keyFile, subject } = places;
  const credential = await createCredential({ source: { type: 'key-file', path: keyFile }, subject });
  const vault = createVaultClient({ rootUrl, storageUrl: rootUrl }, credential);
  const connection = await NativeConnection.connect({ address });
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue,
      workflowsPath: require.resolve('./bare-workflows'),
    }),
    Worker.create({ connection, taskQueue: `${taskQueue}-activities`, activities: bareActivities(vault) }),
  ]);
  const running = workers.map((worker) => worker.run());
  process.send?.('ready');
  await Promise.all(running);
}
