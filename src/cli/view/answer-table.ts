import type { CancelledJob } from '../cancel-matching';
import { paintOutcome, paintState } from './palette';
import type { Palette } from './palette';
import { columnTable } from './table';

/** What each of many jobs was told, the sum of it last. */
export function answerTable(jobs: readonly CancelledJob[], palette: Palette): string {
  const rows = jobs.map((job) => [
    job.jobId,
    answerWords(job, palette),
    job.outcome ? paintOutcome(job.outcome, palette) : palette.dim('-'),
  ]);
  const counts = new Map<CancelledJob['answer'], number>();
  for (const { answer } of jobs) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const sum = [...counts].map(([answer, count]) => `${count} ${WORDS[answer]}`).join(', ');
  return `${columnTable(['JOB', 'ANSWER', 'OUTCOME'], rows, palette)}\n\n${palette.bold(sum)}`;
}

const WORDS: { readonly [answer in CancelledJob['answer']]: string } = {
  RECORDED: 'recorded',
  ALREADY_ENDED: 'already ended',
  ENDED_WITHOUT_RECORD: 'already ended, without a record',
  ALREADY_ASKED: 'already asked',
  NOT_FOUND: 'not found',
  NOT_REACHED: 'not reached: run it again',
};

function answerWords(job: CancelledJob, palette: Palette): string {
  const words = WORDS[job.answer];
  switch (job.answer) {
    case 'RECORDED':
      return palette.good(words);
    case 'ALREADY_ASKED':
      return `${words} (${paintState(job.state, palette)})`;
    case 'ALREADY_ENDED':
      return words;
    case 'ENDED_WITHOUT_RECORD':
    case 'NOT_FOUND':
    case 'NOT_REACHED':
      return palette.bad(words);
  }
}
