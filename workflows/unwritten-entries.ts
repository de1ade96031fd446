import { uuid4 } from '@temporalio/workflow';
import type { JsonObject } from '../src/domain/json';
import type { LedgerEvent, LedgerEventType } from '../src/domain/ledger-event';

/** What one step carries at most: no payload may exceed 256 KB, and the step's own input is as long as 150 KB. */
const MAX_CARRIED_CHARS = 60_000;
const MAX_CARRIED_ENTRIES = 500;

/**
 * Lines for the ledger that it is not known to have. They ride on whatever step comes next, which spares the
 * history an activity for each; one whose step was cut short rides again, and is written once all the same.
 */
export class UnwrittenEntries {
  private entries: LedgerEvent[] = [];
  private readonly riding = new Set<LedgerEvent>();

  add(type: LedgerEventType, detail: JsonObject): void {
    this.entries.push({ id: uuid4(), at: new Date().toISOString(), type, detail });
  }

  /** Those of the run before, which it could not write any more. */
  takeOver(entries: readonly LedgerEvent[]): void {
    this.entries.push(...entries);
  }

  get all(): readonly LedgerEvent[] {
    return this.entries;
  }

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  async carry<R>(step: (entries: LedgerEvent[]) => Promise<R>): Promise<R> {
    const carried = this.next();
    carried.forEach((entry) => this.riding.add(entry));
    try {
      const result = await step(carried);
      const written = new Set(carried);
      this.entries = this.entries.filter((entry) => !written.has(entry));
      return result;
    } finally {
      carried.forEach((entry) => this.riding.delete(entry));
    }
  }

  private next(): LedgerEvent[] {
    let chars = 0;
    const end = this.entries.findIndex((entry, index) => {
      chars += JSON.stringify(entry).length;
      return index > 0 && (chars > MAX_CARRIED_CHARS || index >= MAX_CARRIED_ENTRIES);
    });
    return end === -1 ? [...this.entries] : this.entries.slice(0, end);
  }

  /** The request that drives the cancel rides on the step it causes; any other may have none to ride on. */
  hasLooseRequests(drivingId: string | undefined): boolean {
    return this.entries.some(
      (entry) =>
        entry.type === 'CANCEL_REQUESTED' && entry.detail.requestId !== drivingId && !this.riding.has(entry),
    );
  }
}
