import type { JobStatus, PendingStep } from '../../client';
import type { JobState } from '../../domain/outcome';
import { formatAge } from '../view/format';
import { queueWords } from '../view/queue-words';

/** What a person who waits wants to see of one reading. */
export interface Progress {
  state: JobState;
  /** Known for an export whose size Vault has told. */
  items?: { done: number; total: number };
  /** What it waits for, in a few words. */
  waitsFor: string;
  /** The same without what changes from second to second: a new one is news. */
  news: string;
}

export function progressOf({ record, source, pending, unpolledQueue }: JobStatus, nowMs: number): Progress {
  const { export: exported } = record.remote;
  const step = currentStep(pending);
  const total = exported?.totalArtifactCount ?? 0;
  const done = exported?.exportedArtifactCount;
  const items = done !== undefined && total > 0 ? { done: Math.min(done, total), total } : undefined;
  return {
    state: record.state,
    ...(items && { items }),
    ...reasons(),
  };

  function reasons(): Pick<Progress, 'waitsFor' | 'news'> {
    if (record.queue) {
      // A log need not hear of every step of a long queue.
      const { position } = record.queue;
      const news = position <= 10 ? `place ${position}` : `place ${Math.ceil(position / 10) * 10} or before`;
      return { waitsFor: queueWords(record.queue, nowMs), news };
    }
    if (record.blocked) {
      const { on, since, detail } = record.blocked;
      const news = `blocked on ${on}: ${detail}`;
      return { waitsFor: `${news} (for ${formatAge(since, nowMs)})`, news };
    }
    if (source === 'temporal' && record.state !== 'ENDED') {
      const news =
        unpolledQueue === undefined
          ? 'no worker answers; it goes on when one does'
          : `no worker polls its task queue ${unpolledQueue}`;
      return { waitsFor: news, news };
    }
    if (step === undefined) return { waitsFor: '', news: '' };
    const news = stepNews(step);
    return { waitsFor: [news, nextLook(step, nowMs)].filter(Boolean).join(', '), news };
  }
}

/** A cancel under way is of more interest than the watch beside it. */
function currentStep(pending: readonly PendingStep[]): PendingStep | undefined {
  return pending.find(({ step }) => step !== 'watch') ?? pending[0];
}

function stepNews({ step, detail }: PendingStep): string {
  // Its own "looks again in" is as old as the last attempt, and counted items are shown beside it.
  const seen = detail?.replace(/; looks again in .*$/, '').replace(/, \d+ of \d+ artifacts$/, '');
  return seen ? `${step}: ${seen}` : step;
}

function nextLook({ nextAttemptAt }: PendingStep, nowMs: number): string {
  if (nextAttemptAt === undefined) return '';
  const seconds = Math.ceil((Date.parse(nextAttemptAt) - nowMs) / 1000);
  return seconds > 0 ? `next look in ${seconds}s` : 'looking now';
}
