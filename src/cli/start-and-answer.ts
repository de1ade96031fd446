import { JobFailedError } from '../client';
import type { StartedJob, VaultJobsClient } from '../client';
import type { SettingFlags } from '../config/setting-sources';
import type { JobRecord } from '../domain/job-record';
import { chooseTenant, settingsOfTenant } from './choose-tenant';
import { calledAs, shellQuoted } from './called-as';
import { settingsFrom } from './connection-options';
import { EXIT, exitAfterStart } from './exit-code';
import type { ExitCode } from './exit-code';
import { createOutput } from './output';
import type { Output, OutputFlags } from './output';
import { withSession } from './session';
import { recordRows } from './view/record-rows';
import { keyValueTable } from './view/table';
import { followJob } from './wait/follow-job';

/** Starts a job and says what came of it, at once or, with `--wait`, at its end. */
export async function startAndAnswer(
  flags: SettingFlags & OutputFlags & { wait?: boolean; tenant?: string },
  start: (client: VaultJobsClient, tenant: string) => Promise<StartedJob>,
): Promise<ExitCode> {
  const output = createOutput(flags);
  const settings = settingsFrom(flags);
  const tenant = chooseTenant(settings, flags.tenant);
  const needs = { ledger: 'needed', starts: true } as const;
  return withSession(settingsOfTenant(settings, tenant), needs, output.note, async (client) => {
    const started = await start(client, tenant);
    if (started.isUnwatched) {
      output.note(
        `${started.jobId} exists already, and its workflow was TERMINATED or ran out of time: what runs in Vault goes on unwatched. --take-up goes on with it, --again makes a new job`,
      );
    }
    if (!flags.wait) {
      if (started.existed && !started.record) await noteFailure(client, started, output);
      return answerStarted(started, output);
    }
    output.note(
      started.existed
        ? `${started.jobId} exists already; waiting for it`
        : `Started ${started.jobId}; Ctrl-C leaves it running`,
    );
    const record = started.record ?? (await followJob(client, started.jobId));
    answerRecord(record, output);
    return exitAfterStart(record.outcome);
  });
}

export function answerRecord(record: JobRecord, output: Output): void {
  output.answer(record, (shown, palette) => keyValueTable(recordRows(shown, palette, Date.now()), palette));
}

/** Who asks again for what was refused must not take it for a job that runs. */
async function noteFailure(
  client: VaultJobsClient,
  { jobId, isUnwatched }: StartedJob,
  { note }: Output,
): Promise<void> {
  try {
    await client.status(jobId);
  } catch (error) {
    if (error instanceof JobFailedError && !isUnwatched)
      note(`${jobId} exists already with this very request, and failed; --again makes a new job`);
    throw error;
  }
}

function answerStarted(started: StartedJob, output: Output): ExitCode {
  if (started.record) {
    output.note('This very job has ended already; nothing was started. --again makes a new one.');
    answerRecord(started.record, output);
    return EXIT.OK;
  }
  output.answer(started, ({ jobId, existed }, { bold, dim }) =>
    [
      existed
        ? `${bold(jobId)} exists already with this very request; nothing was started (--again makes a new job)`
        : `Started ${bold(jobId)}`,
      dim(`  see it     ${calledAs()} status ${shellQuoted(jobId)}`),
      dim(`  cancel it  ${calledAs()} cancel ${shellQuoted(jobId)} --wait`),
    ].join('\n'),
  );
  return EXIT.OK;
}
