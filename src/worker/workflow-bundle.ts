import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { workflowConverterPaths } from '../encryption/data-converter';
import { quietLogger } from './logger';

/** Where the build leaves a bundle; it spares every worker start some seconds. */
export function prebuiltBundle(options: { encrypted: boolean }): string {
  const name = options.encrypted ? 'workflow-bundle-encrypted.js' : 'workflow-bundle.js';
  return join(__dirname, '..', '..', name);
}

/** The workflow code as workers run it: the one from the build, else made now. */
export async function workflowBundle(options: { encrypted: boolean }): Promise<WorkflowBundleOption> {
  const codePath = prebuiltBundle(options);
  return existsSync(codePath) ? { codePath } : buildWorkflowBundle(options);
}

/** How failures are written is part of the bundle, so there is one for either way. */
export async function buildWorkflowBundle(options: { encrypted: boolean }): Promise<{ code: string }> {
  const workflowsPath = require.resolve('../../workflows');
  const interceptors = require.resolve('../../workflows/interceptors');
  return bundleWorkflowCode({
    workflowsPath,
    preloadModules: [
      require.resolve('../../workflows/stack-depth'),
      require.resolve('../../workflows/shared-modules'),
      workflowsPath,
      interceptors,
    ],
    workflowInterceptorModules: [interceptors],
    ...workflowConverterPaths(options),
    logger: quietLogger,
  });
}
