import type { Blocked } from '../src/domain/job-record';
import type { StepName } from '../src/domain/step-name';

/**
 * Which steps of a job are under way, and which of those are blocked. A step that ends is blocked no more: a worker that
 * dies right after it said "blocked" cannot take that back. What is not under way cannot be blocked.
 */
export class BlockedSteps {
  private readonly underWay = new Map<StepName, number>();
  private readonly blocked = new Map<StepName, Blocked>();

  begin(step: StepName): void {
    this.underWay.set(step, this.count(step) + 1);
  }

  /** Whether that changed what is blocked. */
  end(step: StepName): boolean {
    const left = this.count(step) - 1;
    this.underWay.set(step, left);
    return left === 0 && this.blocked.delete(step);
  }

  isUnderWay(step: StepName): boolean {
    return this.count(step) > 0;
  }

  block(blocked: Blocked): void {
    this.blocked.set(blocked.during, blocked);
  }

  unblock(step: StepName): boolean {
    return this.blocked.delete(step);
  }

  clear(): void {
    this.blocked.clear();
  }

  /** The one that has been so for longest. */
  get first(): Blocked | undefined {
    return [...this.blocked.values()].toSorted((a, b) => a.since.localeCompare(b.since))[0];
  }

  private count(step: StepName): number {
    return this.underWay.get(step) ?? 0;
  }
}
