import type { ExportQuotas } from '../../src/domain/admission-quotas';

/** Where a worker of the bench finds everything. */
export interface Places {
  address: string;
  taskQueue: string;
  ledgerUrl: string;
  rootUrl: string;
  keyFile: string;
  subject: string;
  quotas: ExportQuotas;
}
