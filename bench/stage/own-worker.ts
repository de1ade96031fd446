import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { openLedger } from '../../src/ledger/open-ledger';
import { createCredential, createVaultClient } from '../../src/vault';
import { startVaultWorker } from '../../src/worker/vault-worker';
import type { Places } from './places';

/** A worker as `vault-jobs worker` runs it. */
export async function main(places: Places): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { address, taskQueue, ledgerUrl, rootUrl, keyFile, subject, quotas } = places;
  const credential = await createCredential({ source: { type: 'key-file', path: keyFile }, subject });
  const vault = createVaultClient({ rootUrl, storageUrl: rootUrl }, credential);
  const worker = await startVaultWorker({
    connection: await NativeConnection.connect({ address }),
    namespace: 'default',
    taskQueue,
    ledger: await openLedger(ledgerUrl, { namespace: 'default' }),
    vaultFor: () => vault,
    quotasFor: () => quotas,
  });
  process.send?.('ready');
  await worker.stopped;
}
