import { reportError } from '../report-error';
import { fail, NotCheckedError, skipped } from './check';
import type { Check, Finding } from './check';

export type CheckResult = Finding & Pick<Check, 'group' | 'name'>;

/** Longer than any connection is waited for, and short enough for somebody who watches. */
export const CHECK_LIMIT_MS = 12_000;

/** Runs all side by side. Always ends, in about the limit: what takes longer is a finding too. */
export async function runChecks(
  checks: readonly Check[],
  limitMs: number = CHECK_LIMIT_MS,
): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async (check) => {
      const { group, name } = check;
      return { group, name, ...(await runCheck(check, limitMs)) };
    }),
  );
}

async function runCheck(check: Check, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const finding = fail(
      `no answer within ${limitMs / 1000} s`,
      'see whether the network, a firewall or a proxy swallows what is sent there',
    );
    timer = setTimeout(() => resolve(finding), limitMs);
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    if (error instanceof NotCheckedError) return skipped(error.message);
    const { sentence = 'an unknown error' } = reportError(error);
    return fail(sentence, 'VAULT_JOBS_DEBUG=1 shows where an unexpected error comes from');
  } finally {
    clearTimeout(timer);
  }
}
