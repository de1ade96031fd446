import { z } from 'zod';
import { countOrAbsent, enumText, int64, listOf, withoutAbsent } from './wire';

/** Numbers only: which accounts were counted, or could not be, stays with Vault. */
export interface CountResult {
  totalCount: number;
  /** Absent with view `TOTAL_COUNT`, which gives no more than the total. */
  queriedAccountsCount?: number;
  matchingAccountsCount?: number;
  /** A count with one of these is too low: some accounts were not counted. */
  accountErrors: { errorType: string; count: number }[];
  nonQueryableAccounts: number;
}

const corpusResultSchema = z
  .object({
    queriedAccountsCount: countOrAbsent,
    matchingAccountsCount: countOrAbsent,
    accountCountErrors: listOf(z.object({ errorType: enumText }).catch({ errorType: undefined })),
    nonQueryableAccounts: listOf(z.unknown()),
  })
  .nullish();

/** A total that cannot be read, or errors that cannot be told, make no number: a count is right or absent. */
export const countResultSchema = z
  .object({
    totalCount: int64.refine((total) => total >= 0),
    mailCountResult: corpusResultSchema,
    groupsCountResult: corpusResultSchema,
  })
  .transform((wire): CountResult => {
    // A query has one corpus, so at most one of the two is there.
    const result = wire.mailCountResult ?? wire.groupsCountResult;
    const errors = result?.accountCountErrors.map((error) => error.errorType ?? 'ERROR_TYPE_UNSPECIFIED');
    return withoutAbsent({
      totalCount: wire.totalCount,
      queriedAccountsCount: result?.queriedAccountsCount,
      matchingAccountsCount: result?.matchingAccountsCount,
      accountErrors: tally(errors ?? []),
      nonQueryableAccounts: result?.nonQueryableAccounts.length ?? 0,
    });
  });

/** Google documents five; what a server adds to them must not make a record long. */
const MAX_ERROR_TYPES = 20;

function tally(errorTypes: readonly string[]): CountResult['accountErrors'] {
  const counts = new Map<string, number>();
  for (const errorType of errorTypes) {
    const key = counts.has(errorType) || counts.size < MAX_ERROR_TYPES ? errorType : 'OTHER';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([errorType, count]) => ({ errorType, count }));
}
