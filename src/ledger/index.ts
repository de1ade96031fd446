export { openLedger } from './open-ledger';
export type { LedgerOptions } from './open-ledger';
export type { Ledger, LedgerJob, LedgerJobFilter } from './ledger';
export { isLedgerError, LedgerError } from './ledger-error';
export type { LedgerErrorCode } from './ledger-error';
export { LedgerConfigError } from './ledger-url';
