import type { Client } from '@temporalio/client';
import type { Policy } from '../domain/policy';
import { decide, reportOn } from '../domain/policy-decision';
import type { PolicyReport, Sentence } from '../domain/policy-report';
import { survey } from './survey';

/** What a run would do at this moment: the same look and the same decision, and nobody is asked. */
export async function previewPolicy(
  temporal: Client,
  policy: Policy,
  taskQueue: string,
): Promise<PolicyReport> {
  const startedAt = new Date().toISOString();
  const found = await survey(temporal, policy, taskQueue);
  const decision = decide(policy, found);
  const sentence: Sentence = decision.type === 'SPARE' ? decision.sentence : { type: 'WOULD_CANCEL' };
  return reportOn(policy, found, decision, {
    startedAt,
    endedAt: new Date().toISOString(),
    asked: 0,
    sentences: new Map(decision.stale.map(({ jobId }) => [jobId, sentence])),
  });
}
