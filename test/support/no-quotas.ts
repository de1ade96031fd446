import { exportQuotasSchema } from '../../src/domain/admission-quotas';
import type { ExportQuotas } from '../../src/domain/admission-quotas';

/** As much as anybody may want at once: where the fake Vault has no limits, nobody has to queue. */
export const NO_QUOTAS: ExportQuotas = exportQuotasSchema.parse({
  runningExports: 1000,
  reserve: 0,
  createsPerMinute: 1000,
  windowMs: 1000,
});
