import Database from 'libsql';
import { asked, exportsNamed, untilRecord } from '../support/remote';
import { mailExport, QUICK, setStage } from '../support/stage';
import type { Stage } from '../support/stage';
import { until } from '../support/until';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ fake: { linkMode: 'linked', operationsList: 'served' } });
});
afterAll(() => stage?.close());

const LOSSES = {
  'was exchanged for an empty one': ['DELETE FROM events', 'DELETE FROM jobs', 'DELETE FROM runs'],
  'was restored from an older backup': ["DELETE FROM events WHERE type LIKE 'ATTEMPT%'"],
};

function lose(statements: readonly string[]): void {
  const database = new Database(stage.ledgerFile, { timeout: 5_000 });
  statements.forEach((statement) => database.exec(statement));
  database.close();
}

/** A create that Vault carried out and whose answer was lost; the matter does not list its export yet. */
async function createLost(id: string): Promise<string> {
  stage.fake.script({
    match: { nameRegex: `^${id}-vj` },
    behaviour: { end: 'never', cancel: { kind: 'honoured', afterMs: 0 } },
  });
  stage.fake.fault({
    method: 'vault.matters.exports.create',
    match: { namePrefix: id },
    when: 'after-effect',
    answer: { kind: 'connection-reset' },
  });
  const { matterId } = await stage.vault.createMatter({ name: id });
  // Long enough for the list to be gone before the next attempt asks it.
  const timing = { ...QUICK, backoffMinMs: 2_000, backoffMaxMs: 2_000 };
  const { jobId } = await stage.jobs.startExport(mailExport(stage, id, { matterId, timing }), { jobId: id });
  await until('the create', () => asked(stage, 'matters.exports.create', { exportName: id }).length === 1);
  stage.fake.fault({
    method: 'vault.matters.exports.list',
    match: { matterId },
    times: 'always',
    answer: { kind: 'error', status: 'UNAVAILABLE' },
  });
  await untilRecord(stage, jobId, 'blocked', ({ blocked }) => blocked !== undefined);
  return jobId;
}

describe.each(Object.entries(LOSSES))('a ledger that %s while a create is unanswered', (how, statements) => {
  const name = how.split(' ')[1]!;

  it('proves nothing to a job that is cancelled', async () => {
    const jobId = await createLost(`${name}-cancelled`);
    lose(statements);
    await stage.jobs.requestCancel(jobId);
    stage.fake.clearScripts();
    expect(await stage.jobs.result(jobId)).toMatchObject({
      outcome: 'CANCELLED',
      cancel: { disposition: 'ACCEPTED' },
      remote: { exportId: exportsNamed(stage, `${name}-cancelled`)[0]!.id },
    });
  });

  it('makes no second export', async () => {
    const jobId = await createLost(`${name}-goes-on`);
    lose(statements);
    stage.fake.clearScripts();
    const { remote } = await untilRecord(stage, jobId, 'running', ({ state }) => state === 'RUNNING');
    expect(exportsNamed(stage, `${name}-goes-on`).map(({ id }) => id)).toEqual([remote.exportId]);
  });
});
