import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  image?: string;
  build?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  secrets?: string[];
  volumes?: string[];
  environment?: Record<string, string | number>;
}
const compose: {
  services: Record<string, Service>;
  secrets: Record<string, object>;
  volumes: Record<string, object | null>;
} = parse(readFileSync(join(__dirname, '../../docker-compose.yml'), 'utf8'), { merge: true });
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

it.each(services)('%s uses only declared secrets and volumes', (_name, { secrets = [], volumes = [] }) => {
  expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(secrets));
  expect(Object.keys(compose.volumes)).toEqual(
    expect.arrayContaining(volumes.map((volume) => volume.split(':')[0])),
  );
});

it('the UI offers no Terminate', () => {
  expect(compose.services['temporal-ui']?.environment).toMatchObject({
    TEMPORAL_WORKFLOW_TERMINATE_DISABLED: 'true',
  });
});
