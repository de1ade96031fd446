import type { Connection } from '@temporalio/client';
import type { DeploymentSettings } from '../../config/deployment';
import type { Settings } from '../../config/settings';
import { grpcCause } from '../grpc-cause';
import { fail, needed, ok, warn } from './check';
import type { Check, Finding } from './check';

/** A versioned worker polls and gets nothing until somebody has made its build the current one. */
export function deploymentChecks(
  { temporal: { namespace }, deployment }: Settings,
  connection: () => Promise<Connection>,
): Check[] {
  if (deployment === undefined) return [];
  const server = needed(connection, 'Temporal does not answer');
  return [
    {
      group: 'Workers',
      name: 'current build',
      run: async () => judge(deployment, await currentBuild(await server(), namespace, deployment.name)),
    },
  ];
}

async function currentBuild(
  connection: Connection,
  namespace: string,
  deploymentName: string,
): Promise<string | undefined> {
  try {
    const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  } catch (error) {
    // No worker has announced it yet.
    if (grpcCause(error) === undefined) throw error;
    return undefined;
  }
}

function judge({ name, buildId }: DeploymentSettings, current: string | undefined): Finding {
  const makeCurrent = `temporal worker deployment set-current-version --deployment-name ${name} --build-id ${buildId}`;
  if (current === undefined)
    return fail(`no build of deployment ${name} is current, so none gets work`, makeCurrent);
  return current === buildId
    ? ok(`${buildId} of deployment ${name}`)
    : warn(`build ${current} gets the work, not ${buildId}`, `when this one is to take over: ${makeCurrent}`);
}
