import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findFreePort } from '../../src/embedded/free-port';
import { endWithUs } from '../../src/embedded/guarded';
import { until } from '../support/until';

/** Undefined where this machine has it; else why what needs it does not run. */
export function missing(program: 'prometheus' | 'promtool'): string | undefined {
  const { error } = spawnSync(program, ['--version']);
  return error === undefined ? undefined : `${program} is not installed (Debian: apt-get install prometheus)`;
}

export interface Prometheus {
  /** Evaluates a query; rejects with Prometheus' own words where it cannot. */
  query(query: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  close(): Promise<void>;
}

/** A real Prometheus that scrapes one worker every second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const scrape = { job_name: 'vault-jobs', static_configs: [{ targets: [target] }] };
  await writeFile(config, stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }));
  const port = await findFreePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  endWithUs(child);
  const ended = once(child, 'exit');
  const query: Prometheus['query'] = async (expression) => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer: unknown = await (await fetch(url)).json();
    if (!isAnswer(answer)) throw new Error(JSON.stringify(answer));
    return answer.data.result;
  };
  await until('Prometheus to have scraped the worker', async () =>
    query('vault_jobs_build_info')
      .then((result) => result.length > 0)
      .catch(() => false),
  );
  return {
    query,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Answer {
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && value.status === 'success';
}
