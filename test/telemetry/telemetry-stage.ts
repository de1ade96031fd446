import { setCrashStage } from '../crash/crash-stage';
import type { CrashStage, CrashStageOptions } from '../crash/crash-stage';
import { parseScrape } from './scrape';
import type { ScrapedSample } from './scrape';

export interface WatchedWorker {
  /** Of its status server, without a path. */
  url: string;
  /** The last lines it wrote, on either stream. */
  lines(): string[];
  stop(): Promise<void>;
  kill(): Promise<void>;
  scrape(): Promise<ScrapedSample[]>;
}

export interface TelemetryStage extends CrashStage {
  matterId: string;
  startWatchedWorker(env?: NodeJS.ProcessEnv): Promise<WatchedWorker>;
}

/** The built worker, started as an operator does, with its metrics on a port that the system chooses. */
export async function setTelemetryStage(options: CrashStageOptions = {}): Promise<TelemetryStage> {
  const stage = await setCrashStage({
    ...options,
    env: { VAULT_JOBS_METRICS: '127.0.0.1:0', VAULT_JOBS_METRICS_REFRESH: '1s', ...options.env },
  });
  return {
    ...stage,
    matterId: stage.fake.seedMatter({ name: 'Confidential matter' }).matterId,
    startWatchedWorker: async (env) => {
      const worker = await stage.startWorker(env);
      const url = /(http:[^\s"]+)\/metrics/.exec(worker.lastLines)?.[1];
      if (url === undefined) throw new Error(`no address in: ${worker.lastLines}`);
      return {
        url,
        lines: () => worker.lastLines.split('\n'),
        stop: () => worker.stop(),
        kill: () => worker.kill(),
        scrape: async () => parseScrape(await (await fetch(`${url}/metrics`)).text()),
      };
    },
  };
}
