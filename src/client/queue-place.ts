import type { Client } from '@temporalio/client';
import { QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import { admissionId, PLACE_QUERY, QUEUE_QUERY } from '../domain/admission-messages';
import type { HeldSlots, Place, QueueView } from '../domain/admission-messages';
import type { QueuePlace } from '../domain/job-record';
import { isNoWorker, isUnanswered } from './reach-temporal';

/** People wait for the answer: better none than a late one. */
const QUERY_DEADLINE_MS = 3_000;

interface Tenancy {
  taskQueue: string;
  tenant: string;
}

/** Where a job waits for a slot. Undefined where it does not. */
export async function queuePlace(
  temporal: Client,
  tenancy: Tenancy,
  jobId: string,
): Promise<QueuePlace | 'UNANSWERED' | undefined> {
  const place = await askQueue<Place>(temporal, tenancy, PLACE_QUERY, jobId);
  if (place === 'UNANSWERED') return place;
  if (place?.type !== 'WAITING') return undefined;
  const { position, waiting, expectedAtMs, held } = place;
  return { ...placed(position, waiting, expectedAtMs), ...(held && { slots: slotsOf(held) }) };
}

/** The places of all that wait in a queue, by job. */
export async function queuePlaces(temporal: Client, tenancy: Tenancy): Promise<Map<string, QueuePlace>> {
  const view = await askQueue<QueueView>(temporal, tenancy, QUEUE_QUERY);
  const waiting = view === undefined || view === 'UNANSWERED' ? [] : view.waiting;
  return new Map(
    waiting.map(({ jobId, expectedAtMs }, index) => [jobId, placed(index + 1, waiting.length, expectedAtMs)]),
  );
}

function slotsOf({ held, slots, inDoubt, triedAtMs }: HeldSlots): NonNullable<QueuePlace['slots']> {
  return {
    held,
    of: slots,
    inDoubt,
    ...(triedAtMs !== undefined && { triedAt: new Date(triedAtMs).toISOString() }),
  };
}

function placed(position: number, waiting: number, expectedAtMs: number | undefined): QueuePlace {
  return {
    position,
    waiting,
    ...(expectedAtMs !== undefined && { expectedAt: new Date(expectedAtMs).toISOString() }),
  };
}

/** Undefined where there is no queue. */
async function askQueue<T>(
  temporal: Client,
  { taskQueue, tenant }: Tenancy,
  query: string,
  ...args: string[]
): Promise<T | 'UNANSWERED' | undefined> {
  const handle = temporal.workflow.getHandle(admissionId(taskQueue, tenant));
  try {
    return await temporal.withDeadline(Date.now() + QUERY_DEADLINE_MS, async () => {
      // One that was terminated would still answer, with what was so then.
      const { status } = await handle.describe();
      return status.name === 'RUNNING' ? await handle.query<T, string[]>(query, ...args) : undefined;
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    // Anybody may have started something else under its id.
    const isNoQueue = error instanceof QueryNotRegisteredError;
    if (isNoQueue || isUnanswered(error) || isNoWorker(error)) return 'UNANSWERED';
    throw error;
  }
}
