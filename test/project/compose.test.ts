import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readComposeFile } from '../support/compose-file';

const compose = readComposeFile();
const services = Object.entries(compose.services);

it.each(services)('%s names one version of its image, or is built here', (_name, { image, build }) => {
  expect(image ?? `built:${build}`).toMatch(/^(built:\.|[\w/-]+:\d[\w.-]*)$/);
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

it('the UI offers no Terminate', () => {
  expect(compose.services['temporal-ui']?.environment).toMatchObject({
    TEMPORAL_WORKFLOW_TERMINATE_DISABLED: 'true',
  });
});
