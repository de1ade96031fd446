import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { openLedger } from '../../src/ledger/open-ledger';
import { createCredential, createVaultClient } from '../../src/vault';
import { NO_QUOTAS } from '../support/no-quotas';
import { startVaultWorker } from '../../src/worker/vault-worker';

export interface WorkerPlaces {
  address: string;
  taskQueue: string;
  codePath: string;
  ledgerFile: string;
  rootUrl: string;
  keyFile: string;
  subject: string;
}

/** A worker in a process of its own, which can be killed. It says `ready` to its parent and ends with it. */
export async function runWorker(places: WorkerPlaces): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { rootUrl, keyFile, subject } = places;
  const credential = await createCredential({ source: { type: 'key-file', path: keyFile }, subject });
  const vault = createVaultClient({ rootUrl, storageUrl: rootUrl }, credential);
  const connection = await NativeConnection.connect({ address: places.address });
  const worker = await startVaultWorker({
    connection,
    namespace: 'default',
    taskQueue: places.taskQueue,
    ledger: await openLedger(places.ledgerFile, { namespace: 'default' }),
    vaultFor: () => vault,
    quotasFor: () => NO_QUOTAS,
    bundle: { codePath: places.codePath },
  });
  process.send?.('ready');
  await worker.stopped;
}
