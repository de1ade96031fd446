import type { Connection } from '@temporalio/client';
import type { Settings } from '../../config/settings';
import { formatDuration } from '../../domain/duration';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes';
import { TEMPORAL_SERVER_VERSION } from '../../embedded/temporal-version';
import { INDEXED_VALUE_TYPE } from '../../worker/register-search-attributes';
import { grpcCause, isNamespaceNotFound, isRefusal } from '../grpc-cause';
import { reportError } from '../report-error';
import { version } from '../version';
import { fail, needed, ok, warn } from './check';
import type { Check, Finding } from './check';
import { isOlder, sdkVersion } from './versions';

const GROUP = 'Temporal';

export function temporalChecks({ temporal }: Settings, connection: () => Promise<Connection>): Check[] {
  const { address, namespace } = temporal;
  const server = needed(connection, 'Temporal does not answer');
  return [
    { group: GROUP, name: 'server', run: () => checkServer(address, connection) },
    { group: GROUP, name: 'versions', run: async () => checkVersions(await server()) },
    { group: GROUP, name: 'namespace', run: async () => checkNamespace(await server(), namespace) },
    { group: GROUP, name: 'search attributes', run: async () => checkAttributes(await server(), namespace) },
  ];
}

async function checkServer(address: string, connection: () => Promise<Connection>): Promise<Finding> {
  try {
    const { serverVersion } = await (await connection()).workflowService.getSystemInfo({});
    return ok(`${serverVersion || 'answers'} at ${address}`);
  } catch (error) {
    if (isRefusal(error))
      return fail(
        `refuses this client at ${address}`,
        'check TEMPORAL_API_KEY, the TLS certificate and the profile',
      );
    if (grpcCause(error) !== undefined)
      return fail(`${address}: ${reportError(error).sentence ?? 'an unknown answer'}`, SET_ADDRESS);
    return fail(
      `does not answer at ${address}`,
      `start it (\`vault-jobs dev\` runs one here), or ${SET_ADDRESS}; a server with TLS needs TEMPORAL_TLS or a profile`,
    );
  }
}

const SET_ADDRESS = 'set --address, TEMPORAL_ADDRESS or temporal.address to host:port of its gRPC frontend';

async function checkVersions(connection: Connection): Promise<Finding> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const seen = [
    `server ${serverVersion}`,
    `SDK ${sdkVersion()}`,
    `vault-jobs ${version()}`,
    `Node.js ${process.versions.node}`,
  ].join(', ');
  return isOlder(serverVersion, TEMPORAL_SERVER_VERSION)
    ? warn(seen, `this release was tried with server ${TEMPORAL_SERVER_VERSION} and newer: update the server`)
    : ok(seen);
}

async function checkNamespace(connection: Connection, namespace: string): Promise<Finding> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    return ok(`${namespace}, keeps ended jobs for ${formatDuration(seconds * 1000)}`);
  } catch (error) {
    if (!isNamespaceNotFound(error)) throw error;
    return fail(
      `there is no namespace ${namespace}`,
      'set --namespace, TEMPORAL_NAMESPACE or temporal.namespace, or make it: ' +
        `temporal operator namespace create --namespace ${namespace} --retention 30d`,
    );
  }
}

async function checkAttributes(connection: Connection, namespace: string): Promise<Finding> {
  let known: Record<string, unknown>;
  try {
    known = (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  } catch (error) {
    if (isNamespaceNotFound(error)) return fail(`there is no namespace ${namespace}`, 'mend that first');
    if (grpcCause(error) === undefined) throw error;
    return warn(
      'this client may not list them',
      `see in the console of your Temporal that the namespace has ${namesOf(SEARCH_ATTRIBUTES)}`,
    );
  }
  const wrong = SEARCH_ATTRIBUTES.filter(
    ({ name, type }) => name in known && known[name] !== INDEXED_VALUE_TYPE[type],
  );
  if (wrong.length > 0)
    return fail(
      `${namesOf(wrong)} of another type than ours`,
      `remove them (temporal operator search-attribute remove) and start a worker, which makes them anew`,
    );
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in known));
  if (missing.length === 0) return ok(`all ${SEARCH_ATTRIBUTES.length} registered`);
  return fail(
    `${namesOf(missing)} not registered`,
    'start a worker, which registers them; where it may not (Temporal Cloud), make them by hand with the types that ' +
      'the README names',
  );
}

function namesOf(attributes: typeof SEARCH_ATTRIBUTES): string {
  return attributes.map(({ name }) => name).join(', ');
}
