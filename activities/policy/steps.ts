import { Context } from '@temporalio/activity';
import type { Policy, PolicyRunInput } from '../../src/domain/policy';
import type { RunProgress, Survey } from '../../src/domain/policy-report';
import { isJsonObject } from '../../src/domain/json';
import { askToCancel } from '../../src/policies/ask-to-cancel';
import type { Answer } from '../../src/policies/ask-to-cancel';
import { followRequests } from '../../src/policies/follow-requests';
import type { Followed } from '../../src/policies/follow-requests';
import { survey } from '../../src/policies/survey';
import type { PolicyDeps } from './deps';

/** Looks at every matching job. Free of effect. */
export async function lookAtJobs(
  { temporal }: PolicyDeps,
  { policy, taskQueue }: { policy: Policy; taskQueue: string },
): Promise<Survey> {
  return survey(temporal, policy, taskQueue, (done, total) => beat({ step: 'look', done, total }));
}

/** Asks jobs to cancel. Answers travel in the heartbeat; what is asked twice all the same counts once. */
export async function askJobs(
  { temporal }: PolicyDeps,
  { run, requestId, jobIds }: { run: PolicyRunInput; requestId: string; jobIds: string[] },
): Promise<Answer[]> {
  const context = Context.current();
  const answers = answersSoFar(context.info.heartbeatDetails);
  const show = () => beat({ step: 'ask', done: answers.length, total: jobIds.length, answers });
  const known = new Set(answers.map(({ jobId }) => jobId));
  const open = jobIds.filter((jobId) => !known.has(jobId));
  const calledOff = () => (context.cancellationSignal.aborted ? 'the run was cancelled' : undefined);
  show();
  for await (const some of askToCancel(temporal, run, requestId, open, calledOff)) {
    answers.push(...some);
    show();
  }
  return answers;
}

/** Waits for what becomes of the requests. Free of effect. */
export async function followJobs(
  { temporal }: PolicyDeps,
  input: { jobIds: string[]; requestId: string; untilMs: number },
): Promise<Followed[]> {
  const { cancellationSignal } = Context.current();
  return followRequests(
    temporal,
    input,
    (done, total) => beat({ step: 'wait', done, total }),
    cancellationSignal,
  );
}

function beat(progress: RunProgress & { answers?: Answer[] }): void {
  Context.current().heartbeat(progress);
}

/** Written by an earlier attempt of this very step. */
function answersSoFar(kept: unknown): Answer[] {
  if (!isJsonObject(kept) || !Array.isArray(kept.answers)) return [];
  const answers: Answer[] = kept.answers;
  return [...answers];
}
