import type { Matter } from '../src/vault/matter';
import type { VaultClient } from '../src/vault/vault-client';
import { asReadFailure, failureOf } from './failure-table';
import type { Failure } from './failure-table';

/** A deleted matter can be undeleted, and shows nothing until then; of an unknown state nothing is known. */
export function isSeen({ state }: Matter): boolean {
  return state === 'OPEN' || state === 'CLOSED';
}

export const LOST_ACCESS: Failure = {
  type: 'ACCESS',
  on: 'access',
  pace: 'access',
  executed: false,
  detail:
    'The matter cannot be read any more: give the worker’s Vault user access to it again, or undelete it',
};

/**
 * Why nothing can be concluded from what is not in a matter: undefined where the matter can be read, and so whatever stands
 * in it. Read before and after the list that does not show it.
 */
export async function whyMatterIsUnseen(
  vault: VaultClient,
  matterId: string,
  timeoutMs: number,
): Promise<Failure | undefined> {
  try {
    return isSeen(await vault.getMatter(matterId, { timeoutMs })) ? undefined : LOST_ACCESS;
  } catch (error) {
    const failure = failureOf(error);
    return failure.pace === 'never' ? LOST_ACCESS : asReadFailure(failure);
  }
}
