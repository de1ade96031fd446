import { phaseMs } from '../../src/domain/cadence';
import type { Ledger } from '../../src/ledger/ledger';
import type { ExportReading } from './matter-reader';

/** What other workers have read of a matter. */
export interface OthersReadings {
  readings: ReadonlyMap<string, ExportReading>;
  /** The last list of this matter was read by another worker, and not long ago. */
  anotherReads: boolean;
}

/** Readings passed on between workers. It saves units and decides nothing, so it never fails. */
export interface SharedReadings {
  /** How long this worker gives the one that read last, before it reads for itself. */
  readonly standBackMs: number;
  of(matterId: string): Promise<OthersReadings>;
  publish(matterId: string, readings: readonly ExportReading[]): Promise<void>;
}

export const NOTHING_SHARED: SharedReadings = {
  standBackMs: 0,
  of: () => Promise.resolve({ readings: new Map(), anotherReads: false }),
  publish: () => Promise.resolve(),
};

/** Longer than any period between two looks, so that one missed round does not change who reads. */
const STILL_READING_MS = 3 * 60_000;

/** Between one and two seconds: time for a list, and another time for another worker. */
export function standBackOf(worker: string): number {
  return 1000 + phaseMs(worker, 1000);
}

/** Passes them on through the ledger. Any trouble there means that each worker reads for itself. */
export function sharedThroughLedger(
  ledger: Pick<Ledger, 'readings' | 'shareReadings'>,
  {
    worker,
    tenant,
    standBackMs = standBackOf(worker),
  }: { worker: string; tenant: string; standBackMs?: number },
): SharedReadings {
  return {
    standBackMs,
    of: async (matterId) => {
      try {
        const rows = await ledger.readings(tenant, matterId);
        const last = rows.toSorted((a, b) => b.readAt.localeCompare(a.readAt))[0];
        const isRecent = last !== undefined && Date.now() - Date.parse(last.readAt) < STILL_READING_MS;
        return {
          readings: new Map(rows.map(({ exportId, reading }) => [exportId, { exportId, ...reading }])),
          anotherReads: isRecent && last.worker !== worker,
        };
      } catch {
        return NOTHING_SHARED.of(matterId);
      }
    },
    publish: async (matterId, readings) => {
      const rows = readings.flatMap(({ exportId, export: read, children }) =>
        read === 'NOT_FOUND'
          ? []
          : [
              {
                exportId,
                worker,
                readAt: read.readAt,
                reading: { export: read, ...(children && { children }) },
              },
            ],
      );
      try {
        if (rows.length > 0) await ledger.shareReadings(tenant, matterId, rows);
      } catch {
        // The others read for themselves.
      }
    },
  };
}
