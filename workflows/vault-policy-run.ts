import { isCancellation, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { PolicyActivities } from '../activities/policy';
import type { Answer } from '../src/policies/ask-to-cancel';
import { checkedMs, policyRunInputSchema } from '../src/domain/policy';
import { decide, reportOn } from '../src/domain/policy-decision';
import type { PolicyReport, Sentence } from '../src/domain/policy-report';
import { acceptRequest } from './life';
import { policySteps } from './policy-steps';

/**
 * One run of a stale policy: look at every matching job, ask the stale ones to cancel, wait a while for what
 * becomes of it, report. It cancels nothing itself: each job checks the policy's condition when it is asked,
 * and whatever happens to this run, a request that was sent stands.
 */
export async function vaultPolicyRun(input: unknown): Promise<PolicyReport> {
  const run = acceptRequest(policyRunInputSchema, input);
  const { policy } = run;
  const { runId, taskQueue, startTime } = workflowInfo();
  const waitForMs = checkedMs(policy.waitFor);
  const steps = policySteps(waitForMs);
  const requestId = `policy:${policy.name}:${runId}`;

  setCurrentDetails('Looking at every matching job');
  const found = await steps.lookAtJobs({ policy, taskQueue });
  const decision = decide(policy, found);

  const sentences = new Map<string, Sentence>();
  let asked: string[] = [];
  switch (decision.type) {
    case 'SPARE':
      for (const { jobId } of decision.stale) sentences.set(jobId, decision.sentence);
      break;
    case 'ASK': {
      const jobIds = decision.stale.map(({ jobId }) => jobId);
      setCurrentDetails(`Asking ${jobIds.length} of ${found.matched} jobs to cancel`);
      const answers = jobIds.length === 0 ? [] : await steps.askJobs({ run, requestId, jobIds });
      asked = takeAnswers(answers, sentences);
      setCurrentDetails(`Asked ${asked.length} jobs to cancel; waiting for what becomes of them`);
      await follow(steps, { jobIds: asked, requestId, waitForMs }, sentences);
      break;
    }
  }
  setCurrentDetails(`${found.matched} jobs matched, ${decision.stale.length} stale, ${asked.length} asked`);
  return reportOn(policy, found, decision, {
    startedAt: startTime.toISOString(),
    endedAt: new Date().toISOString(),
    asked: asked.length,
    sentences,
  });
}

/** Sets what became of each job that was asked, as far as it is known in time. */
async function follow(
  steps: PolicyActivities,
  asked: { jobIds: string[]; requestId: string; waitForMs: number },
  sentences: Map<string, Sentence>,
): Promise<void> {
  const { jobIds, requestId, waitForMs } = asked;
  if (jobIds.length === 0) return;
  jobIds.forEach((jobId) => sentences.set(jobId, { type: 'PENDING' }));
  try {
    const followed = await steps.followJobs({ jobIds, requestId, untilMs: Date.now() + waitForMs });
    followed.forEach(({ jobId, sentence }) => sentences.set(jobId, sentence));
  } catch (error) {
    // Who cancels the run does not take back what it asked: that must be reported.
    if (!isCancellation(error)) throw error;
  }
}

/** Who was asked; what is to be said of the others is known already. */
function takeAnswers(answers: readonly Answer[], sentences: Map<string, Sentence>): string[] {
  const asked: string[] = [];
  for (const answer of answers) {
    if (answer.type === 'ASKED') asked.push(answer.jobId);
    else sentences.set(answer.jobId, answer.sentence);
  }
  return asked;
}
