import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';

/** Search attributes that change together are written together: each write is an event in the history. */
export class ShownAttributes {
  private readonly changed = new Map<string, SearchAttributeUpdatePair>();

  show(pair: SearchAttributeUpdatePair): void {
    if (this.changed.size === 0) void Promise.resolve().then(() => this.write());
    this.changed.set(pair.key.name, pair);
  }

  private write(): void {
    upsertSearchAttributes([...this.changed.values()]);
    this.changed.clear();
  }
}
