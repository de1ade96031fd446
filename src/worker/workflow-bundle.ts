import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { quietLogger } from './logger';

export const payloadConverterPath = require.resolve('../../workflows/lenient-payload-converter');

/** Where the build leaves the bundle; it spares every worker start some seconds. */
export const PREBUILT_BUNDLE = join(__dirname, '..', '..', 'workflow-bundle.js');

/** The workflow code as workers run it: the one from the build, else made now. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  return existsSync(PREBUILT_BUNDLE) ? { codePath: PREBUILT_BUNDLE } : buildWorkflowBundle();
}

export async function buildWorkflowBundle(): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    workflowInterceptorModules: [require.resolve('../../workflows/interceptors')],
    payloadConverterPath,
    logger: quietLogger,
  });
}
