import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes';
import { startTemporalServer } from '../../src/embedded/temporal-server';
import type { TemporalServer } from '../../src/embedded/temporal-server';
import { buildWorkflowBundle } from '../../src/worker/workflow-bundle';

declare global {
  var temporalOfThisRun: TemporalServer | undefined;
}

/** One real Temporal server and one workflow bundle for the whole run; each test file has queues of its own. */
// Jest takes nothing but a default export here.
export default async function globalSetup(
  _config: unknown,
  { globals }: { globals: { temporalUi?: boolean } },
): Promise<void> {
  const [server, { code }] = await Promise.all([
    startTemporalServer({ ui: globals.temporalUi === true, searchAttributes: SEARCH_ATTRIBUTES }),
    buildWorkflowBundle({ encrypted: false }),
  ]);
  globalThis.temporalOfThisRun = server;
  const folder = await mkdtemp(join(tmpdir(), 'vault-jobs-test-'));
  const codePath = join(folder, 'workflow-bundle.js');
  await writeFile(codePath, code);
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
  process.env.TEST_TEMPORAL_HTTP = server.httpUrl;
  process.env.TEST_TEMPORAL_UI = server.uiUrl ?? '';
  process.env.TEST_WORKFLOW_BUNDLE = codePath;
  process.env.TEST_RUN_FOLDER = folder;
}
