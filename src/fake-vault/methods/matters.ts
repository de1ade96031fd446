import { createHash, randomUUID } from 'node:crypto';
import { quotaCost } from '../../domain/vault-quota';
import { cutPage } from '../state/page';
import type { MatterRecord } from '../state/records';
import type { World } from '../state/world';
import { failedPrecondition, invalidArgument, notFound } from '../wire/google-error';
import { PAGE_QUERY, param, type VaultCall, type VaultMethod } from './vault-method';

const RPC = 'google.apps.vault.v1.VaultService.';
/** Deleted matters can be restored for about this long. */
const PURGE_AFTER_MS = 30 * 24 * 60 * 60 * 1000;

const MAX_PAGE_SIZE = 100;

/** The matter, if the caller may see it and it is not purged. */
export function findMatter(world: World, matterId: string, subject: string): MatterRecord {
  world.access.checkMatter(matterId, subject);
  const matter = world.matters.get(matterId);
  const purged = matter?.deletedMs !== undefined && world.clock.now() >= matter.deletedMs + PURGE_AFTER_MS;
  if (matter === undefined || purged) throw notFound();
  return matter;
}

/** Work is done in open matters only. */
export function findOpenMatter(world: World, matterId: string, subject: string): MatterRecord {
  const matter = findMatter(world, matterId, subject);
  if (matter.state !== 'OPEN') throw failedPrecondition('Matter is not open.');
  return matter;
}

export function addMatter(
  world: World,
  matter: Pick<MatterRecord, 'name' | 'owner'> & Partial<Omit<MatterRecord, 'seq'>>,
): MatterRecord {
  const record: MatterRecord = {
    matterId: randomUUID(),
    state: 'OPEN',
    ...matter,
    seq: world.nextSeq(),
  };
  world.matters.set(record.matterId, record);
  return record;
}

function matterResource(matter: MatterRecord, view: unknown = 'BASIC'): object {
  const accountId = BigInt(`0x${createHash('md5').update(matter.owner).digest('hex').slice(0, 16)}`);
  return {
    matterId: matter.matterId,
    name: matter.name,
    description: matter.description,
    state: matter.state,
    matterRegion: matter.region,
    matterPermissions: view === 'FULL' ? [{ accountId: String(accountId), role: 'OWNER' }] : undefined,
  };
}

function create(call: VaultCall): object {
  const { name, description, matterRegion } = call.body;
  if (typeof name !== 'string') throw invalidArgument('Matter name is required.');
  const matter = addMatter(call.world, {
    name,
    owner: call.subject,
    ...(typeof description === 'string' && { description }),
    ...(typeof matterRegion === 'string' && { region: matterRegion }),
  });
  call.touched.matterId = matter.matterId;
  return matterResource(matter, 'FULL');
}

function get(call: VaultCall): object {
  return matterResource(theMatter(call), call.query['view']);
}

function list(call: VaultCall): object {
  const { world, subject, query } = call;
  const visible = [...world.matters.values()].filter((matter) => {
    try {
      findMatter(world, matter.matterId, subject);
    } catch {
      // A matter that the caller may not see is not listed.
      return false;
    }
    return query['state'] === undefined || matter.state === query['state'];
  });
  const page = cutPage(visible, {
    scope: `matters/${String(query['state'])}`,
    pageSize: query['pageSize'],
    pageToken: query['pageToken'],
    maxPageSize: MAX_PAGE_SIZE,
    settings: world.settings,
    nowMs: world.clock.now(),
  });
  return {
    matters:
      page.items.length > 0 ? page.items.map((matter) => matterResource(matter, query['view'])) : undefined,
    nextPageToken: page.nextPageToken,
  };
}

function update(call: VaultCall): object {
  const matter = theMatter(call);
  const { name, description } = call.body;
  if (typeof name !== 'string') throw invalidArgument('Matter name is required.');
  matter.name = name;
  if (typeof description === 'string') matter.description = description;
  else delete matter.description;
  return matterResource(matter);
}

function theMatter(call: VaultCall): MatterRecord {
  return findMatter(call.world, param(call, 'matterId'), call.subject);
}

/** OPEN -close-> CLOSED -delete-> DELETED -undelete-> CLOSED -reopen-> OPEN */
function move(call: VaultCall, from: MatterRecord['state'], to: MatterRecord['state']): object {
  const matter = theMatter(call);
  if (matter.state !== from)
    throw failedPrecondition(`Matter is in state ${matter.state}, but has to be in state ${from}.`);
  matter.state = to;
  if (to === 'DELETED') matter.deletedMs = call.world.clock.now();
  else delete matter.deletedMs;
  return matterResource(matter);
}

const id = '/v1/matters/{matterId}';
const view = { view: 'MatterView' };

export const MATTER_METHODS: readonly VaultMethod[] = [
  method('create', 'POST', '/v1/matters', create, { message: 'Matter', field: 'matter' }),
  method('list', 'GET', '/v1/matters', list, undefined, {
    ...PAGE_QUERY,
    ...view,
    state: 'MatterState',
  }),
  method('get', 'GET', id, get, undefined, view),
  method('update', 'PUT', id, update, { message: 'Matter', field: 'matter' }),
  method('delete', 'DELETE', id, (call) => move(call, 'CLOSED', 'DELETED')),
  method('close', 'POST', `${id}:close`, (call) => ({ matter: move(call, 'OPEN', 'CLOSED') }), {
    message: 'CloseMatterRequest',
    field: '',
  }),
  method('reopen', 'POST', `${id}:reopen`, (call) => ({ matter: move(call, 'CLOSED', 'OPEN') }), {
    message: 'ReopenMatterRequest',
    field: '',
  }),
  method('undelete', 'POST', `${id}:undelete`, (call) => move(call, 'DELETED', 'CLOSED'), {
    message: 'UndeleteMatterRequest',
    field: '',
  }),
];

function method(
  name: string,
  httpMethod: VaultMethod['httpMethod'],
  template: string,
  run: VaultMethod['run'],
  body?: VaultMethod['body'],
  query: VaultMethod['query'] = {},
): VaultMethod {
  const verb = name.replace(/^./, (letter) => letter.toUpperCase());
  return {
    id: `vault.matters.${name}`,
    rpc: `${RPC}${verb}Matter${name === 'list' ? 's' : ''}`,
    httpMethod,
    template,
    access: httpMethod === 'GET' ? 'read' : 'write',
    cost: quotaCost(`vault.matters.${name}`),
    query,
    ...(body !== undefined && { body }),
    run,
  };
}
