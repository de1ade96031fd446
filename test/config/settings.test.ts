import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/config/config-error';
import { readSettings } from '../../src/config/settings';

const folder = mkdtempSync(join(tmpdir(), 'vault-jobs-settings-'));
const noProfiles = join(folder, 'empty.toml');
writeFileSync(noProfiles, '');
const BARE = { TEMPORAL_CONFIG_FILE: noProfiles, XDG_CONFIG_HOME: join(folder, 'nothing-here') };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings({}, { ...BARE, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('settings', () => {
  it('have defaults for a server on this machine', () => {
    const settings = readSettings({}, { ...BARE, XDG_DATA_HOME: '/data' });
    expect(settings).toEqual({
      temporal: {
        address: 'localhost:7233',
        namespace: 'default',
        connection: expect.objectContaining({ address: 'localhost:7233' }),
      },
      taskQueue: 'vault-jobs',
      ledger: '/data/vault-jobs/ledger.db',
      tenants: [
        {
          name: 'default',
          credential: { type: 'application-default' },
          credentialSource: 'VAULT_KEY_FILE',
        },
      ],
      tenantsListed: false,
      telemetry: { logFormat: 'text', metricsRefreshMs: 30_000 },
      watchdog: { enabled: true, every: '5m' },
      readRates: expect.objectContaining({ exportReads: 120, operationReads: 300, counts: 20 }),
      quotas: {
        runningExports: 20,
        reserve: 2,
        createsPerMinute: 2,
        windowMs: 60_000,
        censusMs: 300_000,
      },
      encryption: { keys: [], require: false, codecServer: { host: '127.0.0.1', port: 8234, origins: [] } },
    });
  });

  it('say where metrics are served and how lines are written', () => {
    const read = (env: Record<string, string>) => readSettings({}, { ...BARE, ...env }).telemetry;
    expect(read({ VAULT_JOBS_METRICS: '[::1]:9464', VAULT_JOBS_METRICS_REFRESH: '2m' })).toMatchObject({
      metricsAddress: { host: '::1', port: 9464 },
      metricsRefreshMs: 120_000,
    });
    expect(problemsOf({ VAULT_JOBS_METRICS: '9464', VAULT_JOBS_LOG_FORMAT: 'xml' })).toEqual([
      'VAULT_JOBS_METRICS: must be host:port, for example 0.0.0.0:9464',
      'VAULT_JOBS_LOG_FORMAT: must be text or json',
    ]);
  });

  it('send traces where OpenTelemetry’s own variables say so, and nowhere else', () => {
    const read = (env: Record<string, string>) => readSettings({}, { ...BARE, ...env }).telemetry.traces;
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
    expect(read({})).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT })).toEqual({ protocol: 'http/protobuf' });
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
    expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf or http/json',
    ]);
  });

  it('take the quotas of a project from the environment, and name one that cannot be meant', () => {
    const env = { ...BARE, VAULT_EXPORT_READS_PER_MINUTE: '240', VAULT_COUNTS_PER_MINUTE: '' };
    expect(readSettings({}, env).readRates).toMatchObject({ exportReads: 240, counts: 20 });
    expect(problemsOf({ VAULT_OPERATION_READS_PER_MINUTE: 'many' })).toEqual([
      expect.stringMatching(/^VAULT_OPERATION_READS_PER_MINUTE: must be a whole number/),
    ]);
  });

  it('say what Vault allows, where that is not what Google documents', () => {
    const env = {
      ...BARE,
      VAULT_JOBS_RUNNING_EXPORTS: '50',
      VAULT_JOBS_RESERVED_EXPORTS: '0',
      VAULT_JOBS_CREATES_PER_MINUTE: '',
    };
    expect(readSettings({}, env).quotas).toMatchObject({
      runningExports: 50,
      reserve: 0,
      createsPerMinute: 2,
    });
    expect(problemsOf({ VAULT_JOBS_RUNNING_EXPORTS: 'many', VAULT_JOBS_CREATES_PER_MINUTE: '0' })).toEqual([
      'VAULT_JOBS_RUNNING_EXPORTS: must be a whole number from 1 to 100000',
      'VAULT_JOBS_CREATES_PER_MINUTE: must be a whole number from 1 to 100000',
    ]);
    expect(problemsOf({ VAULT_JOBS_RUNNING_EXPORTS: '5', VAULT_JOBS_RESERVED_EXPORTS: '5' })).toEqual([
      'VAULT_JOBS_RESERVED_EXPORTS: must leave at least one of the running exports',
    ]);
  });

  it('come from flags over the environment over a profile', () => {
    const profiles = join(folder, 'temporal.toml');
    writeFileSync(profiles, '[profile.default]\naddress = "profile:1"\nnamespace = "from-profile"\n');
    const env = { ...BARE, TEMPORAL_CONFIG_FILE: profiles, VAULT_JOBS_TASK_QUEUE: 'env-queue' };
    expect(readSettings({}, env)).toMatchObject({
      temporal: { address: 'profile:1', namespace: 'from-profile' },
      taskQueue: 'env-queue',
    });
    const over = readSettings(
      { namespace: 'from-flag', taskQueue: 'flag-queue' },
      { ...env, TEMPORAL_ADDRESS: 'env:2' },
    );
    expect(over).toMatchObject({
      temporal: { address: 'env:2', namespace: 'from-flag', connection: { address: 'env:2' } },
      taskQueue: 'flag-queue',
    });
  });

  it('take an empty variable for none', () => {
    const settings = readSettings(
      {},
      {
        ...BARE,
        TEMPORAL_ADDRESS: '',
        TEMPORAL_API_KEY: '',
        TEMPORAL_TLS: '',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '',
        VAULT_SUBJECT: '',
        VAULT_JOBS_LEDGER: '',
      },
    );
    expect(settings.temporal.address).toBe('localhost:7233');
    expect(settings.temporal.connection.apiKey).toBeUndefined();
    expect(settings.temporal.connection.tls).toBeFalsy();
    expect(settings.tenants).toEqual([expect.not.objectContaining({ subject: expect.anything() })]);
  });

  it('report every problem at once, each with its source and without its value', () => {
    const problems = problemsOf({
      TEMPORAL_ADDRESS: 'http://temporal:7233',
      TEMPORAL_NAMESPACE: 'my space',
      TEMPORAL_TLS: 'TRUE',
      VAULT_JOBS_LEDGER: 'mysql://user:password@db/x',
      VAULT_ROOT_URL: 'vault',
      VAULT_SUBJECT: 'nobody',
    });
    for (const source of [
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'TEMPORAL_TLS',
      'VAULT_JOBS_LEDGER',
      'VAULT_ROOT_URL',
      'VAULT_SUBJECT',
    ])
      expect(problems.filter((problem) => problem.startsWith(`${source}: `))).toHaveLength(1);
    expect(problems.join()).not.toMatch(/my space|password@db|nobody/);
  });

  it('name the flag where a flag is wrong', () => {
    expect(() => readSettings({ address: 'a b' }, BARE)).toThrow(/^--address: must be host:port/);
  });

  it('do not need a profile in the file that is named', () => {
    expect(readSettings({}, { ...BARE, TEMPORAL_ADDRESS: 'env:2' }).temporal.address).toBe('env:2');
    expect(problemsOf({ TEMPORAL_PROFILE: 'prod' })).toHaveLength(1);
  });

  it('refuse a configuration file that is named and missing', () => {
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: join(folder, 'missing.toml') })).toEqual([
      'TEMPORAL_CONFIG_FILE: names a file that does not exist',
    ]);
  });
});
