import type { Settings } from '../../config/settings';
import { inspectLedger } from '../../ledger/inspect-ledger';
import { isLedgerError } from '../../ledger/ledger-error';
import { ledgerPlaceWithoutPassword } from '../../ledger/ledger-url';
import { reasonWithoutPlace } from '../ledger-unavailable-error';
import { fail, ok } from './check';
import type { Check, Finding } from './check';

/** Each place once: most tenants share one. */
export function ledgerChecks({ ledger, tenants }: Settings): Check[] {
  const owners = new Map<string, string[]>();
  for (const { name, ledger: own = ledger } of tenants) owners.set(own, [...(owners.get(own) ?? []), name]);
  const places = [...new Set([ledger, ...owners.keys()])];
  return places.map((place) => ({
    group: 'Ledger',
    name: place === ledger ? 'shared' : `of ${(owners.get(place) ?? []).join(', ')}`,
    run: () => checkLedger(place),
  }));
}

async function checkLedger(url: string): Promise<Finding> {
  const place = ledgerPlaceWithoutPassword(url);
  try {
    const state = await inspectLedger(url);
    switch (state.type) {
      case 'READY':
        return ok(`${place}, tables up to date, and it can be written`);
      case 'ABSENT':
        return fail(
          `${place} does not exist`,
          'start a worker once, which makes it, or point --ledger, VAULT_JOBS_LEDGER or the file to where the evidence is',
        );
      case 'READ_ONLY':
        return fail(`${place} cannot be written`, 'give the user of this process the right to write it');
      case 'UNWRITABLE':
        return fail(
          `${place} cannot be written: ${reasonWithoutPlace(state.error.message)}`,
          'make room on its disk, or give its user the right to write; jobs wait for it meanwhile, blocked on the ledger',
        );
      case 'BEHIND':
        return fail(
          `${place} has tables of an older release (${state.pending.length} migrations to run)`,
          'start a worker of this release: it brings them up to date',
        );
      case 'AHEAD':
        return fail(
          `${place} has tables of a newer release`,
          'update vault-jobs here to the release that the other workers run',
        );
    }
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    return fail(
      `${place} cannot be used: ${reasonWithoutPlace(error.message)}`,
      'see that the database runs and lets this user in; jobs wait for it meanwhile, blocked on the ledger',
    );
  }
}
