import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policiesJsonSchema } from './policies-file';

/** `npm run schemas`: what editors complete a policies file by. */
const folder = join(__dirname, '..', '..', '..', 'schemas');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'policies.schema.json'), `${JSON.stringify(policiesJsonSchema(), null, 2)}\n`);
