import { quotaCost } from '../../domain/vault-quota';
import { createExport, runningExports } from '../state/export-creation';
import { exportExists, exportResource } from '../state/export-view';
import { cutPage } from '../state/page';
import type { ExportRecord } from '../state/records';
import type { World } from '../state/world';
import { errorInfo, GoogleError, invalidArgument, notFound } from '../wire/google-error';
import { member } from '../wire/message-decoder';
import { findMatter, findOpenMatter } from './matters';
import { checkExportOptions, validQuery } from './query-validation';
import { PAGE_QUERY, param, type VaultCall, type VaultMethod } from './vault-method';

/** Not documented for exports; the same as for matters. */
const MAX_PAGE_SIZE = 100;

function create(call: VaultCall): object {
  const { world, subject, body, touched } = call;
  const matter = findOpenMatter(world, param(call, 'matterId'), subject);
  const { name } = body;
  if (typeof name !== 'string') throw invalidArgument('Export name is required.');
  const query = validQuery(body['query']);
  const exportOptions = member(body, 'exportOptions');
  checkExportOptions(exportOptions);
  checkRunning(world);
  const record = createExport(world, {
    matterId: matter.matterId,
    name,
    query,
    exportOptions,
    requester: subject,
  });
  touched.exportId = record.id;
  return exportResource(record, world.clock.now());
}

function checkRunning(world: World): void {
  const { runningExports: limit, runningExportsError: form } = world.settings.limits;
  if (limit === null || runningExports(world) < limit) return;
  const reason = form.reason ?? 'quotaExceeded';
  throw new GoogleError(
    form.status ?? 'RESOURCE_EXHAUSTED',
    `Exceeded running export limit of ${limit} concurrent exports.`,
    { httpStatus: form.httpStatus, legacyReason: reason, details: [errorInfo(reason)] },
  );
}

function get(call: VaultCall): object {
  return exportResource(theExport(call), call.world.clock.now());
}

function list(call: VaultCall): object {
  const { world, subject, query } = call;
  const matterId = param(call, 'matterId');
  const matter = findMatter(world, matterId, subject);
  if (matter.state === 'DELETED') throw notFound();
  const now = world.clock.now();
  const listed = [...world.exports.values()].filter(
    (record) =>
      record.matterId === matterId &&
      exportExists(record, now) &&
      now >= record.listedAtMs &&
      !world.access.exportsHidden(matterId, subject),
  );
  const page = cutPage(listed, {
    scope: `exports/${matterId}`,
    pageSize: query['pageSize'],
    pageToken: query['pageToken'],
    maxPageSize: MAX_PAGE_SIZE,
    settings: world.settings,
    nowMs: world.clock.now(),
  });
  return {
    exports: page.items.length > 0 ? page.items.map((record) => exportResource(record, now)) : undefined,
    nextPageToken: page.nextPageToken,
  };
}

/** That this stops an export in progress, and frees its slot, is our assumption: Google does not say. */
function remove(call: VaultCall): object {
  findOpenMatter(call.world, param(call, 'matterId'), call.subject);
  const record = theExport(call);
  record.vanishAtMs = call.world.clock.now();
  const operation = call.world.operations.get(record.operationName ?? '');
  if (operation?.plan === 'as-export' && record.plan.atMs > record.vanishAtMs)
    operation.plan = {
      end: 'error',
      atMs: record.vanishAtMs,
      code: 5,
      message: 'Requested entity was not found.',
    };
  return {};
}

function theExport(call: VaultCall): ExportRecord {
  const { world, subject } = call;
  const matter = findMatter(world, param(call, 'matterId'), subject);
  const record = world.exports.get(param(call, 'exportId'));
  if (
    record === undefined ||
    record.matterId !== matter.matterId ||
    matter.state === 'DELETED' ||
    !exportExists(record, world.clock.now()) ||
    world.access.exportsHidden(matter.matterId, subject)
  )
    throw notFound();
  return record;
}

const RPC = 'google.apps.vault.v1.VaultService.';
const all = '/v1/matters/{matterId}/exports';
const one = `${all}/{exportId}`;

export const EXPORT_METHODS: readonly VaultMethod[] = [
  {
    id: 'vault.matters.exports.create',
    rpc: `${RPC}CreateExport`,
    httpMethod: 'POST',
    template: all,
    access: 'write',
    cost: quotaCost('vault.matters.exports.create'),
    query: {},
    body: { message: 'Export', field: 'export' },
    run: create,
  },
  {
    id: 'vault.matters.exports.list',
    rpc: `${RPC}ListExports`,
    httpMethod: 'GET',
    template: all,
    access: 'read',
    cost: quotaCost('vault.matters.exports.list'),
    query: PAGE_QUERY,
    run: list,
  },
  {
    id: 'vault.matters.exports.get',
    rpc: `${RPC}GetExport`,
    httpMethod: 'GET',
    template: one,
    access: 'read',
    cost: quotaCost('vault.matters.exports.get'),
    query: {},
    run: get,
  },
  {
    id: 'vault.matters.exports.delete',
    rpc: `${RPC}DeleteExport`,
    httpMethod: 'DELETE',
    template: one,
    access: 'write',
    cost: quotaCost('vault.matters.exports.delete'),
    query: {},
    run: remove,
  },
];
