import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BadInputError, JobFailedError, UnreachableError } from '../client';
import type { CancelOfEach, JobSummary, VaultJobsClient } from '../client';
import type { SettingFlags } from '../config/setting-sources';
import type { Outcome } from '../domain/outcome';
import { confirm } from './confirm';
import { settingsFrom } from './connection-options';
import { EXIT, exitAfterCancel } from './exit-code';
import type { ExitCode } from './exit-code';
import { createOutput } from './output';
import type { Output, OutputFlags } from './output';
import { withSession } from './session';
import { answerTable } from './view/answer-table';
import type { Palette } from './view/palette';
import { jobList } from './view/job-list';
import { countView } from './wait/count-view';
import type { CountView } from './wait/count-view';
import { untilInterrupted } from './wait/interrupt';

/** Few enough to be looked through; whoever means more says so. */
export const DEFAULT_MAX_ASKED = 100;
export const MAX_ASKED = 10_000;
/** A longer list scrolls away what the question is about. */
const SHOWN_JOBS = 25;
const LOOK_AGAIN_MS = 1_000;

export interface MatchingFlags extends SettingFlags, OutputFlags {
  reason?: string;
  requestedBy?: string;
  max?: number;
  yes?: boolean;
  wait?: boolean;
}

/** What became of one job: what it was told, and with `--wait` how it ended. */
export type CancelledJob = CancelOfEach & { outcome?: Outcome };

/** Shows what would be asked, asks those very jobs once a person agrees, and says of each what it answered. */
export async function cancelMatching(query: string, flags: MatchingFlags): Promise<ExitCode> {
  const output = createOutput(flags);
  if (flags.reason === undefined)
    throw new BadInputError('--query needs a --reason: it is kept with every job');
  return withSession(settingsFrom(flags), { ledger: 'helpful' }, output.note, async (client) => {
    const jobs = await jobsWithin(client, query, flags.max ?? DEFAULT_MAX_ASKED);
    if (jobs.length === 0) {
      output.answer({ query, matched: 0, jobs: [] }, () => 'No open job matches; none was asked.');
      return EXIT.OK;
    }
    output.show(jobs, shownJobs);
    if (!(await confirm(`Ask ${jobs.length} job(s) to cancel?`, flags.yes))) {
      output.answer({ query, matched: jobs.length, jobs: [] }, () => 'None was asked.');
      return EXIT.OK;
    }
    const asked = await askEach(client, jobs, requestOf(query, flags));
    const ended = flags.wait ? await waitForEach(client, asked, output) : asked;
    output.answer({ query, matched: jobs.length, jobs: ended }, (answer, palette) =>
      answerTable(answer.jobs, palette),
    );
    return exitCodeOf(ended);
  });
}

async function jobsWithin(client: VaultJobsClient, query: string, max: number): Promise<JobSummary[]> {
  const filter = { query, open: true as const };
  const jobs = await client.list({ ...filter, limit: max + 1 });
  if (jobs.length <= max) return jobs;
  const count = await client.count(filter);
  throw new BadInputError(
    `About ${count} jobs match, more than the ${max} of --max: none was asked. Narrow the query, or raise --max`,
  );
}

function shownJobs(jobs: readonly JobSummary[], palette: Palette): string {
  const hidden = jobs.length - SHOWN_JOBS;
  return [
    `${jobs.length} open job(s) match:`,
    jobList(jobs.slice(0, SHOWN_JOBS), palette, Date.now(), process.stderr.columns),
    ...(hidden > 0 ? [`and ${hidden} more: "list --open --query …" shows them`] : []),
  ].join('\n');
}

/** The same wish has the same id: a command that was interrupted is repeated, not asked twice. */
function requestOf(query: string, { reason = '', requestedBy = '' }: MatchingFlags) {
  const wish = JSON.stringify([query, reason, requestedBy]);
  const requestId = `bulk-${createHash('sha256').update(wish).digest('hex').slice(0, 16)}`;
  return { reason, requestId, ...(requestedBy !== '' && { requestedBy }) };
}

async function askEach(
  client: VaultJobsClient,
  jobs: readonly JobSummary[],
  request: ReturnType<typeof requestOf>,
): Promise<CancelledJob[]> {
  const answers: CancelledJob[] = [];
  const ids = jobs.map(({ jobId }) => jobId);
  return shown(
    countView(jobs.length, 'asked'),
    'Stopped asking: run it again to ask the rest',
    async (view) => {
      for await (const answer of client.requestCancelOfEach(ids, request)) {
        const outcome = answer.answer === 'ALREADY_ENDED' ? answer.record.outcome : undefined;
        answers.push({ ...answer, ...(outcome && { outcome }) });
        view.show(answers.length, answer.jobId);
      }
      return answers;
    },
  );
}

async function waitForEach(
  client: VaultJobsClient,
  asked: readonly CancelledJob[],
  output: Output,
): Promise<CancelledJob[]> {
  const open = asked.filter(({ answer }) => answer === 'RECORDED' || answer === 'ALREADY_ASKED');
  if (open.length === 0) return [...asked];
  output.note('The requests are recorded; waiting for proof of what becomes of each');
  const ended = new Map<string, CancelledJob>();
  await shown(countView(open.length, 'ended'), 'Stopped watching; the requests stand', async (view) => {
    while (ended.size < open.length) {
      // One job after the other: to wait for each would hold a call open for each.
      for (const job of open.filter(({ jobId }) => !ended.has(jobId))) {
        const end = await endOf(client, job);
        if (end) ended.set(job.jobId, end);
        view.show(ended.size, end ? `${end.jobId} ${end.outcome ?? ''}` : '');
      }
      if (ended.size < open.length) await delay(LOOK_AGAIN_MS);
    }
  });
  return asked.map((job) => ended.get(job.jobId) ?? job);
}

async function shown<T>(
  view: CountView,
  whatGoesOn: string,
  work: (view: CountView) => Promise<T>,
): Promise<T> {
  try {
    return await untilInterrupted(() => work(view), whatGoesOn);
  } finally {
    view.close();
  }
}

async function endOf(client: VaultJobsClient, job: CancelledJob): Promise<CancelledJob | undefined> {
  try {
    const { outcome, state } = (await client.status(job.jobId)).record;
    if (state !== 'ENDED') return undefined;
    return { ...job, ...(outcome && { outcome }) };
  } catch (error) {
    const { jobId, requestId } = job;
    if (error instanceof JobFailedError)
      return { answer: 'ENDED_WITHOUT_RECORD', jobId, requestId, detail: error.message };
    // The server may be back for the next round.
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

function exitCodeOf(jobs: readonly CancelledJob[]): ExitCode {
  if (jobs.some(({ answer }) => answer === 'NOT_REACHED')) return EXIT.UNREACHABLE;
  const otherwise = jobs.some(
    ({ answer, outcome }) =>
      answer === 'NOT_FOUND' ||
      answer === 'ENDED_WITHOUT_RECORD' ||
      (outcome !== undefined && exitAfterCancel(outcome) !== EXIT.OK),
  );
  return otherwise ? EXIT.OTHERWISE : EXIT.OK;
}
