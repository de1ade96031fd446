import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { parseDuration } from '../../src/domain/duration';
import { readComposeFile } from '../support/compose-file';

const compose = readComposeFile();
const services = Object.entries(compose.services);

it.each(services)('%s names one version of its image, or is built here', (_name, { image, build }) => {
  expect(build === undefined ? image : `built:${build}`).toMatch(/^(built:\.|[\w/-]+:v?\d[\w.-]*)$/);
});

it.each(services)('%s waits only for what exists and can tell that it is ready', (_name, { depends_on }) => {
  const awaited = Object.entries(depends_on ?? {});
  const untellable = awaited.filter(
    ([other, { condition }]) => condition === 'service_healthy' && !compose.services[other]?.healthcheck,
  );
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(awaited.map(([other]) => other)));
  expect(untellable).toEqual([]);
});

it.each(services)('%s uses only declared secrets and volumes, and files that are there', (_name, service) => {
  const { secrets = [], volumes = [] } = service;
  const names = secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source));
  const sources = volumes.map((volume) => volume.split(':')[0] ?? '');
  const files = sources.filter((source) => source.startsWith('./'));
  const kept = sources.filter((source) => !source.startsWith('./'));
  expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(names));
  expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(kept));
  expect(files.filter((file) => !existsSync(join(__dirname, '../..', file)))).toEqual([]);
});

it.each(services)('%s has no right that it does not need, and a limit to its memory', (name, service) => {
  expect(service).toMatchObject({
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: expect.stringMatching(/^\d+[mg]$|^\$\{\w+:-\d+[mg]\}$/),
  });
  // The entry point of PostgreSQL's image makes its volume's folder its own.
  expect(service.cap_add).toEqual(
    name === 'postgresql' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] : undefined,
  );
});

it('what is built here needs no shell', () => {
  const ours = services.filter(([, { build }]) => build !== undefined);
  expect(ours.map(([, { entrypoint }]) => entrypoint)).toEqual(
    ours.map(() => ['node', 'dist/src/cli/main.js']),
  );
});

it('only Temporal’s images may be written to: they keep their configuration in them', () => {
  const writable = services.filter(([, service]) => service.read_only !== true);
  expect(writable.map(([, { image }]) => image?.split('/')[0])).toEqual(writable.map(() => 'temporalio'));
});

it('each secret of PostgreSQL goes to its own user alone', () => {
  const holders = (secret: string) =>
    services.filter(([, service]) => service.secrets?.includes(secret)).map(([name]) => name);
  expect(holders('postgres-password')).toEqual(['postgresql', 'postgres-roles']);
  expect(holders('temporal-db-password')).toEqual(['postgres-roles', 'temporal-schema', 'temporal']);
  expect(holders('ledger-owner-password')).toEqual(['postgres-roles', 'ledger-schema', 'ledger-grants']);
  expect(holders('ledger-worker-password')).toEqual(['postgres-roles', 'worker']);
});

it('nothing is required of who starts the demo: no variable is', () => {
  expect(readFileSync(join(__dirname, '../..', 'docker-compose.yml'), 'utf8')).not.toMatch(/\$\{\w+:?\?/);
});

it('no secret is in an environment', () => {
  const named = services.flatMap(([, { environment }]) => Object.entries(environment ?? {}));
  const secret = named.filter(
    ([variable, value]) => /PASS|PWD|SECRET|TOKEN$/.test(variable) && !isPlace(value),
  );
  expect(secret.map(([variable]) => variable)).toEqual(['TEMPORAL_CODEC_PASS_ACCESS_TOKEN']);
});

it('make-secrets.sh makes what the file mounts, once, for their folder’s owner alone', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'vault-jobs-secrets-')), 'secrets');
  const make = () => promisify(execFile)('sh', [join(__dirname, '../../deploy/make-secrets.sh'), folder]);
  await make();
  const contents = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  const made = contents();
  await make();
  const mounted = Object.values(compose.secrets).map(({ file }) => basename(file ?? ''));
  expect(contents()).toEqual(made);
  expect(made.map(([name]) => name)).toEqual(
    mounted.filter((name) => !name.includes('vault-key')).toSorted(),
  );
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await rm(dirname(folder), { recursive: true });
});

it('a worker may be many: no port of the host is one’s own, and Prometheus asks for all by the name', () => {
  const scraped = parse(readFileSync(join(__dirname, '../../deploy/prometheus/prometheus.yml'), 'utf8'));
  const [{ names, port }] = scraped.scrape_configs[0].dns_sd_configs;
  for (const name of names) {
    expect(compose.services[name]?.ports).toBeUndefined();
    expect(compose.services[name]?.environment?.['VAULT_JOBS_METRICS']).toBe(`0.0.0.0:${port}`);
  }
  expect(names).toContain('worker');
});

function isPlace(value: string | number): boolean {
  return String(value).startsWith('/run/secrets/');
}

it('what runs jobs is given longer to stop than it waits for its calls under way', () => {
  const patience = services
    .filter(([, { build }]) => build !== undefined)
    .map(([, service]) => service.stop_grace_period);
  expect(patience.map((text) => parseDuration(text ?? '') ?? 0).filter((ms) => ms < 20_000)).toEqual([]);
});

it('the UI offers no Terminate', () => {
  expect(compose.services['temporal-ui']?.environment).toMatchObject({
    TEMPORAL_WORKFLOW_TERMINATE_DISABLED: 'true',
  });
});
