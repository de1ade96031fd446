export { vaultAdmission } from './vault-admission';
export { vaultCount } from './vault-count';
export { vaultPolicyRun } from './vault-policy-run';
export { vaultExport } from './vault-export';
export { vaultOperation } from './vault-operation';
export { vaultOrphanScan } from './vault-orphan-scan';
export { vaultWatchdog } from './vault-watchdog';
