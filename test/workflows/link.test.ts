import { asked, untilPolled, untilState } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked' } });
});
afterAll(() => stage?.close());

/** An export whose operation exists but is not listed, as if somebody had to be told of it. */
async function unlisted(name: string) {
  stage.fake.patchSettings({ operationsList: 'unimplemented' });
  stage.fake.script({
    match: { nameRegex: `^${name}-vj` },
    behaviour: { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } },
  });
  const { jobId } = await stage.jobs.startExport(mailExport(stage, name));
  const { remote } = await untilPolled(stage, jobId);
  const operationName = stage.fake.state().exports.find(({ id }) => id === remote.exportId)!.operationName!;
  return { jobId, operationName };
}

it('a link that arrives after the cancel sends the outstanding cancel at once', async () => {
  const { jobId, operationName } = await unlisted('late-link');
  await stage.jobs.requestCancel(jobId);
  await untilState(stage, jobId, 'NOT_CANCELLABLE');
  await stage.jobs.linkOperation(jobId, operationName);
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    cancel: { disposition: 'ACCEPTED', attempts: 1 },
    remote: { operationName },
  });
});

it('a cancel that a late link has sent is PENDING, not NO_OPERATION, while no answer comes', async () => {
  const { jobId, operationName } = await unlisted('unanswered-link');
  const fault = stage.fake.fault({
    method: 'vault.operations.cancel',
    match: { operationName },
    times: 'always',
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  await stage.jobs.requestCancel(jobId);
  await untilState(stage, jobId, 'NOT_CANCELLABLE');
  await stage.jobs.linkOperation(jobId, operationName);
  await until('a :cancel', () => asked(stage, 'operations.cancel', { operationName }).length);
  expect((await stage.jobs.status(jobId)).record.cancel.disposition).toBe('PENDING');
  stage.fake.removeFault(fault);
  expect((await stage.jobs.result(jobId)).cancel.disposition).toBe('ACCEPTED');
});

it('a server that lists no operations is asked again, twice, before that is believed', async () => {
  const { jobId, operationName } = await unlisted('unimplemented');
  const listed = asked(stage, 'operations.list').length;
  await stage.jobs.requestCancel(jobId);
  await untilState(stage, jobId, 'NOT_CANCELLABLE');
  expect(asked(stage, 'operations.list')).toHaveLength(listed + 2);
  await stage.jobs.linkOperation(jobId, operationName);
  await stage.jobs.result(jobId);
});

it.each([
  ['of another export', async () => (await unlisted('another')).operationName, /belongs to another export/],
  ['that does not exist', async () => 'operations/none', /NOT_FOUND/],
  ['of no operation’s form', async () => 'exportly-1', /operations\//],
])('a link %s is refused', async (title, name, reason) => {
  const { jobId, operationName } = await unlisted(`refuses-${title.length}`);
  await expect(stage.jobs.linkOperation(jobId, await name())).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(reason),
  });
  await stage.jobs.linkOperation(jobId, operationName);
  await stage.jobs.requestCancel(jobId);
  expect((await stage.jobs.result(jobId)).outcome).toBe('CANCELLED');
});

it('an export is adopted with the operation that its owner names', async () => {
  const exported = await stage.vault.createExport(stage.matterId, {
    name: 'by-hand',
    query: { corpus: 'MAIL', dataScope: 'ALL_DATA', method: 'ENTIRE_ORG' },
  });
  const operationName = stage.fake.state().exports.find(({ id }) => id === exported.id)!.operationName!;
  const { jobId } = await stage.jobs.startExport({
    matterId: stage.matterId,
    source: { type: 'adopt', exportId: exported.id },
    operationName,
    timing: QUICK,
  });
  await untilPolled(stage, jobId);
  await stage.jobs.requestCancel(jobId);
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    remote: { exportId: exported.id, operationName },
  });
});

it('an export is not deleted while the operation that its owner names is being checked', async () => {
  const [exportId] = stage.fake.seedExports(stage.matterId, { count: 1, status: 'IN_PROGRESS', ageMs: 0 });
  stage.fake.scriptExport(exportId!, { linked: true, cancel: { kind: 'honoured', afterMs: 0 } });
  const operationName = stage.fake.state().exports.find(({ id }) => id === exportId)!.operationName!;
  stage.fake.fault({
    method: 'vault.operations.get',
    match: { operationName },
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  const { jobId } = await stage.jobs.startExport({
    matterId: stage.matterId,
    source: { type: 'adopt', exportId: exportId! },
    operationName,
    whenNotCancellable: 'delete-export',
    timing: QUICK,
  });
  await stage.jobs.requestCancel(jobId);
  expect(await stage.jobs.result(jobId)).toMatchObject({
    outcome: 'CANCELLED',
    cancel: { disposition: 'ACCEPTED' },
  });
  expect(asked(stage, 'matters.exports.delete').filter((call) => call.exportId === exportId)).toEqual([]);
});

it('a link that cannot be checked does not hold up the end of its job', async () => {
  const { jobId, operationName } = await unlisted('unchecked');
  const { remote } = await untilPolled(stage, jobId);
  stage.fake.fault({
    method: 'vault.operations.get',
    match: { operationName },
    times: 'always',
    answer: { kind: 'error', status: 'PERMISSION_DENIED' },
  });
  const refusal = stage.jobs.linkOperation(jobId, operationName).catch((error: unknown) => error);
  await until('the check', () => asked(stage, 'operations.get', { operationName }).length);
  stage.fake.scriptExport(remote.exportId!, { end: 'complete', afterMs: 0 });
  expect((await stage.jobs.result(jobId)).outcome).toBe('COMPLETED');
  expect(await refusal).toMatchObject({ code: 'BAD_INPUT', message: 'The job has ended' });
});
