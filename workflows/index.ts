export { vaultCount } from './vault-count';
export { vaultExport } from './vault-export';
export { vaultOperation } from './vault-operation';
export { vaultOrphanScan } from './vault-orphan-scan';
