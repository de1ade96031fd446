import type { ExportReads } from '../../../activities/reading/matter-reader';
import { cutPage } from '../../../src/fake-vault/state/page';
import type { ExportPage, VaultExport } from '../../../src/vault/export';
import type { PageRequest } from '../../../src/vault/vault-client';
import { DAY_MS, DAY_STARTS_MS } from './draw-day';
import type { RunningExport } from './draw-day';

/** One matter on a virtual clock, listed as the fake Vault lists, that counts the units it is asked for. */
export class VirtualMatter implements ExportReads {
  readonly matterId = 'matter';
  readonly endsAtMs = DAY_STARTS_MS + DAY_MS;
  nowMs = DAY_STARTS_MS;
  units = 0;
  readonly #exports: readonly (RunningExport & { seq: number })[];

  constructor(exports: readonly RunningExport[], olderExports: number) {
    const before = DAY_STARTS_MS - DAY_MS;
    const older = Array.from({ length: olderExports }, (_, index) => ({
      id: `older-${index}`,
      startsAtMs: before + index,
      endsAtMs: before + DAY_MS / 2,
    }));
    this.#exports = [...older, ...exports].map((run, seq) => ({ ...run, seq }));
  }

  getExport(_matterId: string, exportId: string): Promise<VaultExport> {
    this.units += 1;
    const run = this.#exports.find(({ id }) => id === exportId);
    if (run === undefined) throw new Error(`there is no ${exportId}`);
    return Promise.resolve(this.#resource(run));
  }

  listExports(_matterId: string, { pageSize, pageToken }: PageRequest = {}): Promise<ExportPage> {
    this.units += 5;
    const { items, nextPageToken } = cutPage(this.#exports.slice(0, this.#made()), {
      scope: 'bench',
      pageSize,
      pageToken,
      maxPageSize: 100,
      settings: { listOrder: 'oldest-first', listEnd: 'ends', pageTokenLifetimeMs: Number.POSITIVE_INFINITY },
      nowMs: this.nowMs,
    });
    return Promise.resolve({
      exports: items.map((run) => this.#resource(run)),
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
  }

  /** How many there are by now: they are in the order in which they were made. */
  #made(): number {
    const next = this.#exports.findIndex(({ startsAtMs }) => startsAtMs > this.nowMs);
    return next === -1 ? this.#exports.length : next;
  }

  #resource({ id, startsAtMs, endsAtMs }: RunningExport): VaultExport {
    const status = this.nowMs >= endsAtMs ? 'COMPLETED' : 'IN_PROGRESS';
    return {
      id,
      matterId: this.matterId,
      name: id,
      status,
      rawStatus: status,
      createTime: new Date(startsAtMs).toISOString(),
      stats: { exportedArtifactCount: 0, totalArtifactCount: 0, sizeInBytes: 0 },
      files: [],
    };
  }
}
