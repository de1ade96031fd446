import type { Policy } from './policy';
import type { Candidate, Sentence, Survey } from './policy-report';

/** What a run does about what it found. Pure, so that a preview says what the run would do. */
export type Decision =
  | { type: 'ASK'; stale: Candidate[] }
  | { type: 'SPARE'; stale: Candidate[]; sentence: Extract<Sentence, { type: 'WOULD_CANCEL' | 'OVER_CAP' }> };

/** More than `maxCancels` is a sign that the file or the world is not as somebody thought: then none is asked. */
export function decide(policy: Policy, survey: Survey): Decision {
  const stale = survey.candidates.filter(({ standing }) => standing.type === 'STALE');
  if (policy.action === 'cancel' && stale.length > policy.maxCancels) {
    return { type: 'SPARE', stale, sentence: { type: 'OVER_CAP' } };
  }
  if (policy.action === 'report' || policy.dryRun) {
    return { type: 'SPARE', stale, sentence: { type: 'WOULD_CANCEL' } };
  }
  return { type: 'ASK', stale };
}
