import { quotaCost } from '../../domain/vault-quota';
import { cancelOperation } from '../state/cancellation';
import { createCount } from '../state/operation-creation';
import { operationExists, operationResource } from '../state/operation-view';
import { cutPage } from '../state/page';
import type { OperationRecord } from '../state/records';
import type { World } from '../state/world';
import { GoogleError, invalidArgument, notFound } from '../wire/google-error';
import { findMatter, findOpenMatter } from './matters';
import { validCountQuery } from './query-validation';
import { PAGE_QUERY, param, type VaultCall, type VaultMethod } from './vault-method';

const MAX_PAGE_SIZE = 100;

function count(call: VaultCall): object {
  const { world, subject, body, touched } = call;
  const matter = findOpenMatter(world, param(call, 'matterId'), subject);
  const query = validCountQuery(body['query']);
  const view = body['view'] === 'ALL' ? 'ALL' : 'TOTAL_COUNT';
  const record = createCount(world, matter.matterId, query, view);
  touched.operationName = record.name;
  return operationResource(record, world);
}

function get(call: VaultCall): object {
  return operationResource(theOperation(call), call.world);
}

function cancel(call: VaultCall): object {
  cancelOperation(call.world, theOperation(call));
  return {};
}

/** "It does not cancel the operation": the work goes on, unseen. */
function remove(call: VaultCall): object {
  theOperation(call).vanishAtMs = call.world.clock.now();
  return {};
}

function list(call: VaultCall): object {
  const { world, query, subject } = call;
  if (world.settings.operationsList === 'unimplemented' || query['returnPartialSuccess'] === true)
    throw new GoogleError('UNIMPLEMENTED');
  // No grammar is documented. To give everything instead would look as if it had worked.
  if (query['filter'] !== undefined) throw invalidArgument();
  const now = world.clock.now();
  const page = cutPage(
    [...world.operations.values()].filter(
      (record) =>
        operationExists(record, now) && now >= record.listedAtMs && isVisible(world, record, subject),
    ),
    {
      scope: 'operations',
      pageSize: query['pageSize'],
      pageToken: query['pageToken'],
      maxPageSize: MAX_PAGE_SIZE,
      settings: world.settings,
      nowMs: world.clock.now(),
    },
  );
  return {
    operations:
      page.items.length > 0 ? page.items.map((record) => operationResource(record, world)) : undefined,
    nextPageToken: page.nextPageToken,
  };
}

function isVisible(world: World, record: OperationRecord, subject: string): boolean {
  try {
    findMatter(world, record.matterId, subject);
    return true;
  } catch {
    // An operation goes with its matter.
    return false;
  }
}

function theOperation(call: VaultCall): OperationRecord {
  const { world, subject, touched } = call;
  const record = world.operations.get(param(call, 'name'));
  if (record === undefined || !operationExists(record, world.clock.now())) throw notFound();
  findMatter(world, record.matterId, subject);
  if (record.work.kind === 'export') touched.exportId = record.work.exportId;
  return record;
}

const RPC = 'google.longrunning.Operations.';
const one = '/v1/{name=operations/**}';

export const OPERATION_METHODS: readonly VaultMethod[] = [
  {
    id: 'vault.matters.count',
    rpc: 'google.apps.vault.v1.VaultService.CountArtifacts',
    httpMethod: 'POST',
    template: '/v1/matters/{matterId}:count',
    // It reads, and yet the read-only scope does not do.
    access: 'write',
    cost: quotaCost('vault.matters.count'),
    query: {},
    body: { message: 'CountArtifactsRequest', field: '' },
    run: count,
  },
  {
    id: 'vault.operations.get',
    rpc: `${RPC}GetOperation`,
    httpMethod: 'GET',
    template: one,
    access: 'read',
    cost: quotaCost('vault.operations.get'),
    query: {},
    run: get,
  },
  {
    id: 'vault.operations.list',
    rpc: `${RPC}ListOperations`,
    httpMethod: 'GET',
    template: '/v1/operations',
    access: 'read',
    cost: {},
    query: { ...PAGE_QUERY, filter: 'string', returnPartialSuccess: 'bool' },
    run: list,
  },
  {
    id: 'vault.operations.cancel',
    rpc: `${RPC}CancelOperation`,
    httpMethod: 'POST',
    template: `${one}:cancel`,
    access: 'write',
    cost: {},
    query: {},
    body: { message: 'CancelOperationRequest', field: '' },
    run: cancel,
  },
  {
    id: 'vault.operations.delete',
    rpc: `${RPC}DeleteOperation`,
    httpMethod: 'DELETE',
    template: one,
    access: 'write',
    cost: {},
    query: {},
    run: remove,
  },
];
