import type { Connection } from '@temporalio/client';
import type { Settings } from '../../config/settings';
import type { Check } from './check';
import { configChecks } from './config-checks';
import { deploymentChecks } from './deployment-check';
import { encryptionChecks } from './encryption-checks';
import { ledgerChecks } from './ledger-checks';
import { pausedChecks } from './paused-checks';
import { queueChecks } from './queue-checks';
import { temporalChecks } from './temporal-checks';
import { tenantChecks } from './tenant-checks';

/** Everything that is looked at, in the order in which it is shown. */
export function allChecks(settings: Settings, connection: () => Promise<Connection>): Check[] {
  return [
    ...configChecks(settings),
    ...temporalChecks(settings, connection),
    ...queueChecks(settings, connection),
    ...pausedChecks(settings, connection),
    ...deploymentChecks(settings, connection),
    ...encryptionChecks(settings, connection),
    ...ledgerChecks(settings),
    ...settings.tenants.flatMap((tenant) => tenantChecks(tenant)),
  ];
}
