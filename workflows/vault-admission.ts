import { CancellationScope, continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import { z } from 'zod';
import { admissionStateSchema } from '../src/domain/admission-state';
import { AdmissionDesk } from './admission-desk';

/** Long before the server would suggest it: a short history is a fast replay when a worker takes over. */
const LONG_EVENTS = 2_000;
/** From here on no turns are given until a fresh run can begin. */
const TOO_LONG_EVENTS = 10_000;

/** The same in bytes: a signal may have two million, and the server ends a workflow at fifty. */
const LONG_BYTES = 8_000_000;
const TOO_LONG_BYTES = 20_000_000;

/** Somebody may start this by hand, with anything at all. */
const inputSchema = z
  .object({
    tenant: z.string().catch('default'),
    /** What the run before knew. */
    state: admissionStateSchema.optional().catch(undefined),
    censusAtMs: z.number().optional().catch(undefined),
  })
  .catch({ tenant: 'default', state: undefined, censusAtMs: undefined });

/**
 * The queue for the slots of one tenant's Vault: who asks first is first, as many hold a slot as Vault runs, and
 * turns are as far apart as Vault takes creates. It remembers; the jobs decide: what it is not told, or forgets
 * when somebody ends it, it learns by asking after the jobs themselves.
 */
export async function vaultAdmission(input: unknown): Promise<void> {
  const { tenant, state, censusAtMs } = inputSchema.parse(input);
  // A queue that began under the rules of before keeps them until its next run: they decide who is given a turn.
  const desk = new AdmissionDesk(tenant, state, censusAtMs, patched('bounded-queue') ? { rules: 2 } : {});
  desk.open();
  // Nobody can want this cancelled: its jobs would only begin it anew.
  await CancellationScope.nonCancellable(async () => {
    while (!desk.isDeserted()) {
      desk.giveTurns();
      desk.countWhenDue();
      desk.show();
      await desk.untilSomethingChanges();
      const { historyLength, historySize } = workflowInfo();
      if (historyLength > TOO_LONG_EVENTS || historySize > TOO_LONG_BYTES) await desk.untilAtRest();
      if ((historyLength > LONG_EVENTS || historySize > LONG_BYTES) && desk.isAtRest()) {
        await continueAsNew<typeof vaultAdmission>(desk.handover());
      }
    }
  });
}
