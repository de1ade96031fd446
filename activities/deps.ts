import type { JsonObject } from '../src/domain/json';
import type { Ledger } from '../src/ledger/ledger';
import type { VaultClient } from '../src/vault/vault-client';
import type { AdmissionPort } from './admission/admission-port';
import type { ExportReader } from './reading/export-reader';
import type { WalkPace } from './walk-pace';
import type { NativeCancel } from './write-back-cancel';

/** What activities reach the world through. Tests and the worker provide it; nothing here reads the environment. */
export interface ActivityDeps {
  /** Throws for a tenant that this worker does not serve. */
  vaultFor(tenant: string): VaultClient;
  /** That of the job's tenant. */
  ledger: Ledger;
  /** Where tenants have ledgers of their own; without it all share one. */
  ledgerFor?: (tenant: string) => Ledger;
  exportReader: ExportReader;
  /** Shared by all walks through lists. */
  walkPace: WalkPace;
  /** The queue for Vault's slots. */
  admission: AdmissionPort;
  /** Makes a job's marker unique over clusters and namespaces that share one Vault. */
  identity: { clusterId: string; namespace: string };
  /** Sends one of the job's own signals to it. Resolves also where the job has ended. */
  signalJob(job: { jobId: string; runId: string }, signal: string, payload: JsonObject): Promise<void>;
  /** Whether the job's workflow runs, as Temporal knows it at this moment. */
  isOpen(jobId: string): Promise<boolean>;
  /** Who cancelled this run through Temporal, and why. */
  nativeCancelOf(job: { jobId: string; runId: string }): Promise<NativeCancel>;
}
