/** One thing a worker cannot work without. Rejects with why it is not there. */
export type ReadinessCheck = () => Promise<void>;

export interface Readiness {
  ready: boolean;
  /** `ok`, or why not. */
  checks: { [name: string]: string };
}

/** An orchestrator's probe gives up after a second or a few. */
const LIMIT_MS = 2_000;

/** Asks all at once; callers that come meanwhile share the answer, so that probes cannot become a load. */
export function createReadiness(checks: {
  readonly [name: string]: ReadinessCheck;
}): () => Promise<Readiness> {
  let asking: Promise<Readiness> | undefined;
  return () => {
    asking ??= askAll(checks).finally(() => (asking = undefined));
    return asking;
  };
}

async function askAll(checks: { readonly [name: string]: ReadinessCheck }): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await answerOf(check)] as const),
  );
  return { ready: answers.every(([, answer]) => answer === 'ok'), checks: Object.fromEntries(answers) };
}

async function answerOf(check: ReadinessCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${LIMIT_MS} ms`), LIMIT_MS);
  });
  const answer = check().then(
    () => 'ok',
    (error: unknown) => (error instanceof NotReadyError ? error.message : 'does not answer'),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Its message is shown to whoever may reach the port: no addresses, no ids. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
  readonly code = 'NOT_READY';
}
