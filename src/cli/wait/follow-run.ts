import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Format, SingleBar } from 'cli-progress';
import type { RunProgress } from '../../domain/policy-report';
import { endOf, progressOfRun } from '../../policies/policy-runs';
import type { PolicyRun } from '../../policies/policy-runs';
import { calledAs } from '../called-as';
import { InterruptedError } from '../interrupted-error';
import { print } from '../output';

const LOOK_AGAIN_MS = 500;
/** A worker that runs begins a step at once. */
const NO_WORKER_AFTER_MS = 10_000;

const STEPS: Record<RunProgress['step'], string> = {
  look: 'looking at jobs',
  ask: 'asking to cancel',
  wait: 'waiting for what becomes of them',
};

/** Waits for the report of a run and shows how far it is. Ctrl-C ends the waiting, never the run. */
export async function followRun(
  run: WorkflowHandle,
  policyName: string,
): Promise<Pick<PolicyRun, 'report' | 'because'>> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on('SIGINT', interrupt);
  const interrupted = once(stop.signal, 'abort').then((): never => {
    throw new InterruptedError(
      `Stopped watching; the run goes on: ${calledAs()} policies report ${policyName}`,
    );
  });
  const waiting = new AbortController();
  const ended = endOf(run);
  // Awaited below, and by then perhaps too late: a rejection of its own must not end the process.
  ended.catch(() => undefined);
  const shown = showUntil(run, process.stderr, waiting.signal);
  try {
    return await Promise.race([ended, interrupted]);
  } finally {
    waiting.abort();
    process.off('SIGINT', interrupt);
    await shown;
  }
}

async function showUntil(
  run: WorkflowHandle,
  stream: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<void> {
  const show = stream.isTTY ? barOn(stream) : linesOn(stream);
  const noWorker = setTimeout(
    () => print(stream, 'No worker has begun the run yet: it goes on when one does'),
    NO_WORKER_AFTER_MS,
  );
  while (!signal.aborted) {
    // A progress that cannot be read is none; the wait for the report says what is wrong.
    const progress = await progressOfRun(run).catch(() => undefined);
    if (progress) clearTimeout(noWorker);
    if (progress && !signal.aborted) show.progress(progress);
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  clearTimeout(noWorker);
  show.close();
}

interface RunView {
  progress(progress: RunProgress): void;
  close(): void;
}

function barOn(stream: NodeJS.WriteStream): RunView {
  const bar = new SingleBar({
    stream,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    format: (options, params, { step }: Partial<RunProgress>) =>
      `${Format.BarFormat(params.progress, options)}  ${params.value}/${params.total}  ${step ? STEPS[step] : ''}`,
  });
  let started = false;
  return {
    progress: ({ step, done, total }) => {
      if (!started) bar.start(total, done, { step });
      started = true;
      bar.setTotal(Math.max(1, total));
      bar.update(done, { step });
    },
    close: () => {
      if (started) bar.stop();
    },
  };
}

/** For logs: a line for each step. */
function linesOn(stream: { write(text: string): unknown }): RunView {
  let last = '';
  return {
    progress: ({ step, total }) => {
      const line = `${STEPS[step]} (${total})`;
      if (line === last) return;
      last = line;
      print(stream, `${new Date().toISOString().slice(0, 19)}Z ${line}`);
    },
    close: () => undefined,
  };
}
