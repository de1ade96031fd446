import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/**
 * One timer, set anew only where it would ring too late. One that rings too early costs a look; setting it
 * at every change would cost the history two events each time.
 */
export class Alarm {
  private dueAtMs = Number.POSITIVE_INFINITY;
  private scope = new CancellationScope();
  private rung = false;

  setFor(atMs: number, summary: string): void {
    if (atMs >= this.dueAtMs) return;
    this.scope.cancel();
    this.scope = new CancellationScope();
    this.dueAtMs = atMs;
    void this.scope.run(() => this.wait(atMs, summary));
  }

  /** Whether it has rung since this was last asked. */
  get hasRung(): boolean {
    return this.rung;
  }

  silence(): void {
    this.rung = false;
  }

  private async wait(atMs: number, summary: string): Promise<void> {
    try {
      await sleep(Math.max(1, atMs - Date.now()), { summary });
    } catch (error) {
      if (isCancellation(error)) return;
      throw error;
    }
    this.dueAtMs = Number.POSITIVE_INFINITY;
    this.rung = true;
  }
}
