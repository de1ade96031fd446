import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorkflowBundle, prebuiltBundle } from './worker/workflow-bundle';

/** The part of `npm run build` that follows the compiler. */
async function main(): Promise<void> {
  // npm makes an installed command executable, but not that of the package one stands in.
  chmodSync(join(__dirname, 'cli', 'main.js'), 0o755);
  for (const encrypted of [false, true]) {
    const { code } = await buildWorkflowBundle({ encrypted });
    writeFileSync(prebuiltBundle({ encrypted }), code);
  }
}

void main();
