import { z } from 'zod';
import { LedgerConfigError, readLedgerUrl } from '../ledger/ledger-url';

export const ledgerUrlSchema = z.string().superRefine((url, ctx) => {
  try {
    readLedgerUrl(url);
  } catch (error) {
    if (!(error instanceof LedgerConfigError)) throw error;
    ctx.addIssue({ code: 'custom', message: error.message });
  }
});
