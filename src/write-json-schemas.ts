import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from './config/config-schema';
import { policiesJsonSchema } from './policies/policies-file';

/** `npm run schemas`: what editors complete the configuration and a policies file by. */
const folder = join(__dirname, '..', '..', 'schemas');
mkdirSync(folder, { recursive: true });
const schemas = { config: configJsonSchema(), policies: policiesJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
}
