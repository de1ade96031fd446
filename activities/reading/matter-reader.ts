import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSnapshot, ExportSnapshot } from '../../src/domain/snapshot';
import { CLOCK_SKEW_MS } from '../../src/domain/watch';
import type { VaultClient } from '../../src/vault/vault-client';
import { failureOf } from '../failure-table';
import { exportSnapshot } from '../snapshots';
import { isOpen, ListWindow } from './list-window';
import type { Listing } from './list-window';
import type { SharedReadings } from './shared-readings';

/** The two calls that show how an export stands. */
export type ExportReads = Pick<VaultClient, 'getExport' | 'listExports'>;

/** One look at one export, of all that are answered together. */
export interface ExportLook {
  exportId: string;
  /** Readings made since then will do too, whoever made them; without it only one made now. */
  sinceMs?: number;
  timeoutMs: number;
}

export interface ExportReading {
  exportId: string;
  /** `readAt` is when it was asked for. */
  export: ExportSnapshot | 'NOT_FOUND';
  /** Known only where the whole list was read. */
  children?: ChildSnapshot[];
}

/** A list that fails where single reads may not, because it is long or malformed, is not tried again for so long. */
const LIST_RESTS_MS = 5 * 60_000;

/** Answers the looks at the exports of one matter, one batch after the other, so that each can use the last. */
export class MatterReader {
  readonly #matterId: string;
  readonly #vault: () => ExportReads;
  readonly #shared: SharedReadings;
  readonly #now: () => number;
  readonly #window = new ListWindow();
  #latest = new Map<string, ExportReading>();
  #listRestsUntilMs = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(matterId: string, vault: () => ExportReads, shared: SharedReadings, now = Date.now) {
    this.#matterId = matterId;
    this.#vault = vault;
    this.#shared = shared;
    this.#now = now;
  }

  /** In the order of the looks: a reading, or the error of the read it was in. */
  answer(looks: readonly ExportLook[]): Promise<(ExportReading | Error)[]> {
    const answers = this.#queue.then(() => this.#answer(looks));
    this.#queue = answers.catch(() => undefined);
    return answers;
  }

  async #answer(looks: readonly ExportLook[]): Promise<(ExportReading | Error)[]> {
    const answers = new Map<ExportLook, ExportReading | Error>();
    const open = () => looks.filter((look) => !answers.has(look));
    const take = (readings: ReadonlyMap<string, ExportReading>) => {
      for (const look of open()) {
        const reading = readings.get(look.exportId);
        if (reading && this.#isFreshEnough(reading, look)) answers.set(look, reading);
      }
    };

    take(this.#latest);
    if (open().some(({ sinceMs }) => sinceMs !== undefined)) {
      const others = await this.#shared.of(this.#matterId);
      take(others.readings);
      // Who read last reads first. The rest give it a moment, and read for themselves if nothing comes.
      if (others.anotherReads && open().length > 0 && open().every(({ sinceMs }) => sinceMs !== undefined)) {
        await delay(this.#shared.standBackMs);
        take((await this.#shared.of(this.#matterId)).readings);
      }
    }
    const wanted = new Set(open().map(({ exportId }) => exportId));
    if (wanted.size > 0) {
      const timeoutMs = Math.max(...open().map((look) => look.timeoutMs));
      const read = await this.#read(wanted, timeoutMs);
      for (const look of open()) {
        const reading = read.get(look.exportId);
        if (reading) answers.set(look, reading);
      }
    }
    return looks.map((look) => answers.get(look) ?? new Error('a look was left without an answer'));
  }

  #isFreshEnough({ export: read }: ExportReading, { sinceMs }: ExportLook): boolean {
    if (read === 'NOT_FOUND' || sinceMs === undefined) return false;
    const readAtMs = Date.parse(read.readAt);
    return readAtMs >= sinceMs && readAtMs <= this.#now() + CLOCK_SKEW_MS;
  }

  async #read(
    wanted: ReadonlySet<string>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, ExportReading | Error>> {
    const answers = new Map<string, ExportReading | Error>();
    if (this.#window.isWorthwhile(wanted.size) && this.#now() >= this.#listRestsUntilMs) {
      try {
        for (const [exportId, reading] of await this.#readList(wanted, timeoutMs)) {
          if (wanted.has(exportId)) answers.set(exportId, reading);
        }
      } catch (error) {
        const failure = failureOf(error);
        if (failure.type === 'TRANSIENT') this.#listRestsUntilMs = this.#now() + LIST_RESTS_MS;
        // What is refused for the list may be given for the export; what ails both is not asked for again.
        if (failure.pace !== 'never')
          return new Map([...wanted].map((exportId) => [exportId, asError(error)]));
      }
    }
    const missing = [...wanted].filter((exportId) => !answers.has(exportId));
    await Promise.all(
      missing.map(async (exportId) => answers.set(exportId, await this.#readOne(exportId, timeoutMs))),
    );
    return answers;
  }

  async #readList(
    wanted: ReadonlySet<string>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, ExportReading>> {
    const listing = await this.#window.read(this.#vault(), this.#matterId, wanted, {
      timeoutMs,
      now: this.#now,
    });
    // Also what has ended since the last list: whoever watches that has not heard of it yet.
    const news = readingsOf(listing).filter(
      ({ exportId, export: read }) =>
        wanted.has(exportId) || isOpenReading(read) || isOpenReading(this.#latest.get(exportId)?.export),
    );
    this.#latest = new Map(news.map((reading) => [reading.exportId, reading]));
    await this.#shared.publish(this.#matterId, news);
    return this.#latest;
  }

  async #readOne(exportId: string, timeoutMs: number): Promise<ExportReading | Error> {
    try {
      return await readAlone(this.#vault(), this.#matterId, exportId, timeoutMs, this.#now);
    } catch (error) {
      return asError(error);
    }
  }
}

/** One `exports.get`, whose NOT_FOUND is an answer. */
export async function readAlone(
  vault: ExportReads,
  matterId: string,
  exportId: string,
  timeoutMs: number,
  now: () => number = Date.now,
): Promise<ExportReading> {
  const readAt = new Date(now()).toISOString();
  try {
    const read = await vault.getExport(matterId, exportId, { timeoutMs });
    return { exportId, export: exportSnapshot(read, readAt) };
  } catch (error) {
    if (failureOf(error).type === 'NOT_FOUND') return { exportId, export: 'NOT_FOUND' };
    throw error;
  }
}

function readingsOf({ listed, complete }: Listing): ExportReading[] {
  const childrenOf = new Map<string, ChildSnapshot[]>();
  for (const { read } of listed) {
    if (read.parentExportId === undefined) continue;
    const siblings = childrenOf.get(read.parentExportId) ?? [];
    childrenOf.set(read.parentExportId, [...siblings, { exportId: read.id, status: read.status }]);
  }
  return listed.map(({ read, readAtMs }) => ({
    exportId: read.id,
    export: exportSnapshot(read, new Date(readAtMs).toISOString()),
    ...(complete && { children: childrenOf.get(read.id) ?? [] }),
  }));
}

function isOpenReading(read: ExportReading['export'] | undefined): boolean {
  return read !== undefined && read !== 'NOT_FOUND' && isOpen(read);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
