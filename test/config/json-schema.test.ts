import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from '../../src/config/config-schema';
import { readSettings } from '../../src/config/settings';

const ROOT = join(__dirname, '..', '..');
const PUBLISHED = join(ROOT, 'schemas', 'config.schema.json');
const EXAMPLE = join(ROOT, 'examples', 'vault-jobs.yaml');

it('the published JSON Schema is that of the settings; `npm run schemas` writes it', () => {
  expect(JSON.parse(readFileSync(PUBLISHED, 'utf8'))).toEqual(configJsonSchema());
});

it('the example is a configuration, and names the schema for editors', () => {
  const settings = readSettings({ config: EXAMPLE }, { TEMPORAL_CONFIG_FILE: '/dev/null' });
  expect(settings.tenants.map(({ credential }) => credential.type)).toEqual([
    'key-file',
    'keyless',
    'application-default',
  ]);
  expect(readFileSync(EXAMPLE, 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\.\.\/schemas\/config\.schema\.json/,
  );
});
