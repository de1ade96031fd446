import type { Ledger, SharedReading } from '../../src/ledger/ledger';
import { openLedger } from '../../src/ledger/open-ledger';
import { at, entered, event, journal, record } from './journals';
import { startWriter } from './writer-processes';

/** What holds for every ledger, whatever database is under it. */
export function describeLedger(database: string, url: () => string): void {
  const open = (namespace: string) => openLedger(url(), { namespace });

  describe(`a ledger in ${database}`, () => {
    let ledger: Ledger;
    let namespaces = 0;

    beforeEach(async () => {
      ledger = await open(`namespace-${(namespaces += 1)}`);
    });

    afterEach(async () => {
      await ledger.close();
    });

    test('an entry written twice is there once', async () => {
      const twice = journal('job', [event('a', 1), event('b', 2)]);
      await ledger.write(twice);
      await ledger.write(twice);
      expect((await ledger.events('job')).map(({ id }) => id)).toEqual(['a', 'b']);
    });

    test('what is appended is there once, and the job as before until a write follows', async () => {
      await ledger.write(journal('job', [entered('RUNNING', 1)]));
      const asked = journal('job', [entered('CANCEL_REQUESTED', 2), event('begun', 3)]);
      await ledger.append(asked);
      await ledger.append(asked);
      expect(await ledger.job('job')).toMatchObject({ state: 'RUNNING' });
      await ledger.write(asked);
      expect(await ledger.job('job')).toMatchObject({ state: 'CANCEL_REQUESTED' });
      expect((await ledger.events('job')).map(({ id }) => id)).toEqual([
        'RUNNING-1',
        'CANCEL_REQUESTED-2',
        'begun',
      ]);
    });

    test('writers that are first to hear of a job at once leave one row with all they know', async () => {
      const handles = await Promise.all([1, 2, 3].map(() => open('first-heard')));
      await Promise.all(
        Array.from({ length: 20 }, (_, job) =>
          handles.map((handle, index) =>
            handle.write(journal(`job-${job}`, [event(`${index}`, index)], { runId: `run-${index}` })),
          ),
        ).flat(),
      );
      expect(await handles[0]?.jobs({})).toHaveLength(20);
      expect((await handles[0]?.events('job-7'))?.map(({ id }) => id).toSorted()).toEqual(['0', '1', '2']);
      await Promise.all(handles.map((handle) => handle.close()));
    });

    test('events come in the order of writing, whatever the clocks of their writers said', async () => {
      await ledger.write(journal('job', [event('cause', 5)]));
      await ledger.write(journal('job', [event('effect', 3), event('later', 4)]));
      expect((await ledger.events('job')).map(({ id }) => id)).toEqual(['cause', 'effect', 'later']);
    });

    test('the newest entry decides the state, in whatever order journals arrive', async () => {
      await ledger.write(journal('job', [entered('CANCELLING', 5)]));
      await ledger.write(journal('job', [entered('RUNNING', 3)]));
      expect(await ledger.job('job')).toMatchObject({ state: 'CANCELLING' });
    });

    test('of two states entered at the same moment the later in a job’s life counts', async () => {
      await ledger.write(journal('job', [entered('CANCELLING', 5)]));
      await ledger.write(journal('job', [entered('CANCEL_REQUESTED', 5)]));
      expect(await ledger.job('job')).toMatchObject({ state: 'CANCELLING' });
    });

    test('a note of an attempt changes no state', async () => {
      await ledger.write(journal('job', [entered('RUNNING', 3)]));
      await ledger.write(journal('job', [event('note', 8, { type: 'BLOCKED' })]));
      expect(await ledger.job('job')).toMatchObject({ state: 'RUNNING' });
    });

    test('a journal that arrives after the outcome only adds its entries', async () => {
      await ledger.recordOutcome(journal('job', [entered('ENDED', 9)]), record('job'));
      const before = await ledger.job('job');
      await ledger.write(journal('job', [entered('RUNNING', 10)]));
      expect(await ledger.job('job')).toEqual(before);
      expect(await ledger.events('job')).toHaveLength(2);
    });

    test('an outcome is stored with its record and read back whole', async () => {
      await ledger.write(journal('job', [], { matterId: 'm-1' }));
      await ledger.recordOutcome(journal('job'), record('job'));
      expect(await ledger.job('job')).toMatchObject({
        state: 'ENDED',
        outcome: 'CANCELLED',
        disposition: 'ACCEPTED',
        endedAt: at(99),
        matterId: 'm-1',
        exportId: 'e-1',
        operationName: 'operations/1',
        record: record('job'),
      });
    });

    test('the same outcome again changes nothing, another one is a conflict', async () => {
      await ledger.recordOutcome(journal('job'), record('job'));
      const before = await ledger.job('job');
      await ledger.recordOutcome(journal('job'), { ...record('job'), polls: 77 });
      expect(await ledger.job('job')).toEqual(before);
      const other = ledger.recordOutcome(journal('job', [event('lost', 1)]), record('job', 'FAILED'));
      await expect(other).rejects.toMatchObject({ name: 'LedgerError', code: 'CONFLICT' });
      expect(await ledger.job('job')).toEqual(before);
      expect(await ledger.events('job')).toEqual([]);
    });

    test('a job that was refused ends without an outcome', async () => {
      const refused = event('r', 4, { type: 'REQUEST_REFUSED', detail: { state: 'ENDED' } });
      await ledger.write(journal('job', [refused]));
      const job = await ledger.job('job');
      expect(job).toMatchObject({ state: 'ENDED', endedAt: at(4) });
      expect(job).not.toHaveProperty('outcome');
    });

    test('a reset gives the job its new run, and the old run’s late writes do not take it back', async () => {
      await ledger.write(journal('job', [], { runId: 'old' }));
      await ledger.write(journal('job', [], { runId: 'new' }));
      await ledger.write(journal('job', [event('late', 50)], { runId: 'old' }));
      expect(await ledger.job('job')).toMatchObject({ runId: 'new' });
    });

    test('the first run of a chain is never newer than its reset, though its first word arrives later', async () => {
      const first = { runId: 'first', firstRunId: 'first' };
      const reset = { runId: 'reset', firstRunId: 'first' };
      await ledger.write(journal('job', [], reset));
      await ledger.write(journal('job', [event('late', 50)], first));
      expect(await ledger.job('job')).toMatchObject({ runId: 'reset' });
      expect(await ledger.recordOutcome(journal('job', [], first), record('job', 'FAILED'))).toBe(false);
      expect(await ledger.recordOutcome(journal('job', [], reset), record('job', 'COMPLETED'))).toBe(true);
      expect(await ledger.job('job')).toMatchObject({ runId: 'reset', outcome: 'COMPLETED' });
    });

    test('a chain that is begun later under the id is newer', async () => {
      await ledger.write(journal('job', [], { runId: 'first', firstRunId: 'first', startedAt: at(0) }));
      await ledger.write(journal('job', [], { runId: 'anew', firstRunId: 'anew', startedAt: at(9) }));
      expect(await ledger.job('job')).toMatchObject({ runId: 'anew' });
    });

    test('the outcome of a reset replaces the one before, and never the other way round', async () => {
      await ledger.recordOutcome(journal('job', [], { runId: 'old' }), record('job', 'FAILED'));
      await ledger.recordOutcome(journal('job', [], { runId: 'new' }), record('job', 'COMPLETED'));
      await ledger.recordOutcome(journal('job', [], { runId: 'old' }), record('job', 'FAILED'));
      expect(await ledger.job('job')).toMatchObject({ runId: 'new', outcome: 'COMPLETED' });
    });

    test('polls are summed over watches, and a late report does not lower them', async () => {
      await ledger.write(journal('job'));
      await ledger.recordWatch('job', { watchId: 'w1', polls: 5, lastReadAt: at(5) });
      await ledger.recordWatch('job', { watchId: 'w2', polls: 2, lastReadAt: at(6) });
      await ledger.recordWatch('job', { watchId: 'w1', polls: 4, lastReadAt: at(4) });
      expect(await ledger.job('job')).toMatchObject({ polls: 7 });
    });

    test('cancel attempts are counted, creates are not', async () => {
      await ledger.write(journal('job', [begun('a', 'cancel'), begun('b', 'create'), begun('c', 'cancel')]));
      expect(await ledger.job('job')).toMatchObject({ cancelAttempts: 2, polls: 0 });
    });

    test('any text survives: NUL and half characters as they are in detail, replaced in names', async () => {
      const text = 'NUL \u0000, half \uD800, whole 😀, quote \' " \\';
      await ledger.write(
        journal(text, [event('e', 1, { detail: { text, [text]: [text] } })], { tenant: text }),
      );
      expect(await ledger.events(text)).toEqual([event('e', 1, { detail: { text, [text]: [text] } })]);
      expect(await ledger.job(text)).toMatchObject({
        tenant: 'NUL \uFFFD, half \uFFFD, whole 😀, quote \' " \\',
      });
      await ledger.recordOutcome(journal(text), { ...record(text), advice: text });
      expect((await ledger.job(text))?.record?.advice).toBe(text);
    });

    test('a job may have thousands of events', async () => {
      const many = Array.from({ length: 5000 }, (_, index) => event(`e-${index}`, index));
      await ledger.write(journal('job', many));
      expect(await ledger.events('job')).toEqual(many);
    });

    test('lists newest first, by any filter, and an empty filter hides nothing', async () => {
      const operation = { kind: 'operation', tenant: 'hr', matterId: 'm-2', startedAt: at(2) } as const;
      await ledger.write(journal('one', [entered('RUNNING', 1)], { matterId: 'm-1', startedAt: at(1) }));
      await ledger.write(journal('two', [], operation));
      await ledger.recordOutcome(journal('three', [], { startedAt: at(3) }), record('three'));
      const ids = async (filter: Parameters<Ledger['jobs']>[0]) =>
        (await ledger.jobs(filter)).map(({ jobId }) => jobId);
      expect(await ids({})).toEqual(['three', 'two', 'one']);
      expect(await ids({ states: [], outcomes: [], kinds: [] })).toHaveLength(3);
      expect(await ids({ limit: 1 })).toEqual(['three']);
      expect(await ids({ states: ['RUNNING', 'QUEUED'] })).toEqual(['two', 'one']);
      expect(await ids({ outcomes: ['CANCELLED'] })).toEqual(['three']);
      expect(await ids({ kinds: ['operation'], tenant: 'hr', matterId: 'm-2' })).toEqual(['two']);
      expect(await ids({ tenant: 'nobody' })).toEqual([]);
    });

    test('every job that ever owned an export is found by it, the newest first', async () => {
      const remote = { exportId: 'e-7' };
      await ledger.write(journal('former', [], { remote, startedAt: at(1) }));
      await ledger.write(journal('adopted', [], { remote, startedAt: at(2) }));
      await ledger.write(journal('other', [], { remote: { exportId: 'e-8' }, startedAt: at(3) }));
      const owners = await ledger.jobs({ exportId: 'e-7' });
      expect(owners.map(({ jobId }) => jobId)).toEqual(['adopted', 'former']);
    });

    test('only the write that stored an outcome says so, each run for itself', async () => {
      expect(await ledger.recordOutcome(journal('job'), record('job'))).toBe(true);
      expect(await ledger.recordOutcome(journal('job'), record('job'))).toBe(false);
      const reset = journal('job', [], { runId: 'run-2' });
      expect(await ledger.recordOutcome(reset, record('job', 'COMPLETED'))).toBe(true);
      expect(await ledger.recordOutcome(journal('job'), record('job'))).toBe(false);
    });

    test('counts what ended by tenant, kind and outcome, refused requests too', async () => {
      await ledger.write(journal('open', [entered('RUNNING', 1)]));
      await ledger.write(journal('refused', [entered('ENDED', 1)]));
      for (const jobId of ['one', 'two']) await ledger.recordOutcome(journal(jobId), record(jobId));
      await ledger.recordOutcome(journal('hr', [], { tenant: 'hr' }), record('hr', 'FAILED'));
      const counted = await ledger.countEnded();
      expect(counted).toHaveLength(3);
      expect(counted).toEqual(
        expect.arrayContaining([
          { tenant: 'legal', kind: 'export', outcome: 'CANCELLED', count: 2 },
          { tenant: 'legal', kind: 'export', count: 1 },
          { tenant: 'hr', kind: 'export', outcome: 'FAILED', count: 1 },
        ]),
      );
    });

    test('knows the exports that completed and were made since a time', async () => {
      const complete = async (jobId: string, createTime: string, outcome: 'COMPLETED' | 'FAILED') => {
        const ended = record(jobId, outcome);
        await ledger.recordOutcome(journal(jobId), { ...ended, remote: { ...ended.remote, createTime } });
      };
      await complete('ready', at(50), 'COMPLETED');
      await complete('made-before', at(5), 'COMPLETED');
      await complete('failed', at(50), 'FAILED');
      expect(await ledger.readyExports(at(10))).toEqual([{ tenant: 'legal', createTime: at(50) }]);
      expect(await ledger.readyExports(at(100))).toEqual([]);
    });

    test('the first job that names an operation owns it', async () => {
      const remote = { operationName: 'operations/7' };
      await ledger.write(journal('later', [], { remote, startedAt: at(2) }));
      await ledger.write(journal('first', [], { remote, startedAt: at(1) }));
      expect(await ledger.ownerOfOperation('operations/7')).toBe('first');
      expect(await ledger.ownerOfOperation('operations/8')).toBeUndefined();
    });

    test('a link made later names the operation, and a stale journal does not unname it', async () => {
      const linked = event('l', 5, { type: 'LINKED' });
      await ledger.write(journal('job', [], { remote: { operationName: 'operations/1' } }));
      await ledger.write(journal('job', [linked], { remote: { operationName: 'operations/2' } }));
      await ledger.write(journal('job', [], { remote: { operationName: 'operations/1' } }));
      await ledger.write(journal('job'));
      expect(await ledger.job('job')).toMatchObject({ operationName: 'operations/2' });
    });

    test('of each export the newest shared reading is kept, whoever wrote last', async () => {
      const [older, newer] = [ago(2), ago(1)];
      await ledger.shareReadings('legal', 'm', [reading('a', newer, 'one'), reading('b', older, 'one')]);
      await ledger.shareReadings('legal', 'm', [reading('a', older, 'two'), reading('b', newer, 'two')]);
      const shared = await ledger.readings('legal', 'm');
      expect(shared.toSorted((a, b) => a.exportId.localeCompare(b.exportId))).toEqual([
        reading('a', newer, 'one'),
        reading('b', newer, 'two'),
      ]);
    });

    test('shared readings are of one tenant and matter, and forgotten after some minutes', async () => {
      await ledger.shareReadings('legal', 'm', [
        reading('old', ago(11 * 60), 'one'),
        reading('a', ago(1), 'one'),
      ]);
      expect(await ledger.readings('hr', 'm')).toEqual([]);
      expect(await ledger.readings('legal', 'another')).toEqual([]);
      await ledger.shareReadings('hr', 'another', []);
      expect((await ledger.readings('legal', 'm')).map(({ exportId }) => exportId)).toEqual(['a']);
    });

    test('workers that share the same readings at once leave one of each', async () => {
      const handles = await Promise.all([1, 2, 3].map(() => open('shared-readings')));
      const ids = Array.from({ length: 20 }, (_, index) => `e-${index}`);
      const readAt = ago(1);
      await Promise.all(
        handles.flatMap((handle, index) =>
          [ids, ids.toReversed()].map((order) =>
            handle.shareReadings(
              'legal',
              'm',
              order.map((id) => reading(id, readAt, `worker-${index}`)),
            ),
          ),
        ),
      );
      expect(await handles[0]?.readings('legal', 'm')).toHaveLength(ids.length);
      await Promise.all(handles.map((handle) => handle.close()));
    });

    test('namespaces know nothing of each other’s jobs', async () => {
      await ledger.write(journal('job', [event('e', 1)]));
      const other = await open('another');
      expect(await other.job('job')).toBeUndefined();
      expect(await other.events('job')).toEqual([]);
      await other.close();
    });

    test('a writer killed at any moment loses nothing that was answered', async () => {
      const writer = startWriter(url(), 1_000_000);
      let printed = '';
      for await (const chunk of writer.stdout ?? []) {
        printed += String(chunk);
        if (printed.split('\n').length > 20) writer.kill('SIGKILL');
      }
      const answered = printed.split('\n').slice(0, -1).length;
      const handle = await open('shared');
      const written = (await handle.events('job')).map(({ id }) => id);
      await handle.close();
      expect(written.slice(0, answered)).toEqual(
        Array.from({ length: answered }, (_, index) => `e-${index}`),
      );
    });

    test('handles that write the same entries at once leave each once', async () => {
      const handles = await Promise.all([1, 2, 3].map(() => open('shared')));
      const entries = Array.from({ length: 40 }, (_, index) => event(`e-${index}`, index));
      await Promise.all(
        handles.flatMap((handle) =>
          entries.map((_, index) => handle.write(journal('many', entries.slice(index)))),
        ),
      );
      expect(await handles[0]?.events('many')).toEqual(entries);
      await Promise.all(handles.map((handle) => handle.close()));
    });
  });
}

function begun(id: string, step: string) {
  return event(id, 1, { type: 'ATTEMPT_BEGUN', detail: { step } });
}

/** So many seconds before now. */
function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

function reading(exportId: string, readAt: string, worker: string): SharedReading {
  const numbers = { exportedArtifactCount: 1, totalArtifactCount: 2, sizeInBytes: 3, fileCount: 0 };
  const read = { readAt, status: 'IN_PROGRESS' as const, rawStatus: 'IN_PROGRESS', ...numbers };
  return { exportId, worker, readAt, reading: { export: read, children: [] } };
}
