import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { limitRow } from '../figure';
import type { Figure } from '../figure';
import { CLI } from '../stage/bench-stage';
import type { BenchStage } from '../stage/bench-stage';
import { runOperations } from '../stage/running';
import { endWithUs } from '../../src/embedded/guarded';
import { percentile } from '../statistics';

const STARTS = 5;

/** From the start of the process, built and with its bundle, to the first task that it takes. */
export const startup: Figure = {
  name: 'startup',
  measure: async ({ stage: start, progress }) => {
    const stage = await start();
    const seconds: number[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      progress(`start ${index + 1} of ${STARTS}`);
      seconds.push(await startOnce(stage, `startup-${index}-${Date.now()}`));
    }
    return [
      limitRow(`Worker start to first task, median of ${STARTS}`, 's', percentile(seconds, 0.5), {
        atMost: 2,
      }),
    ];
  },
};

async function startOnce(stage: BenchStage, taskQueue: string): Promise<number> {
  const [operationName] = await runOperations(stage, 1);
  const handle = await stage.temporal.workflow.start('vaultOperation', {
    workflowId: taskQueue,
    taskQueue,
    args: [{ operationName }],
  });
  const startedAtMs = Date.now();
  const child = spawn(process.execPath, [CLI, 'worker', '--task-queue', taskQueue], {
    env: { ...process.env, ...stage.workerEnvironment },
    stdio: 'ignore',
  });
  endWithUs(child);
  const ended = once(child, 'exit');
  try {
    for (;;) {
      const { events } = await handle.fetchHistory();
      const first = events?.find((event) => event.workflowTaskStartedEventAttributes);
      const { seconds, nanos } = first?.eventTime ?? {};
      if (seconds) return (Number(seconds) * 1000 + (nanos ?? 0) / 1e6 - startedAtMs) / 1000;
      if (child.exitCode !== null) throw new Error(`The worker ended with exit code ${child.exitCode}`);
      await delay(50);
    }
  } finally {
    await handle.terminate();
    child.kill('SIGKILL');
    await ended;
  }
}
