/** Waits for a condition by asking again; fails with what it waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | 0> | T | undefined | false | 0,
  timeoutMs = 30_000,
): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > giveUpAt) throw new Error(`Waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Temporal's lists and counts follow what happens; while other tests start thousands of workflows, from far behind. */
export const VISIBILITY_LAG_MS = 120_000;
