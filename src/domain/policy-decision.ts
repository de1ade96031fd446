import type { Policy } from './policy';
import type { Candidate, PolicyReport, Sentence, Survey } from './policy-report';

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

/** What was found, with what became of each stale job. */
export function reportOn(
  policy: Policy,
  { candidates, ...numbers }: Survey,
  decision: Decision,
  run: { startedAt: string; endedAt: string; asked: number; sentences: ReadonlyMap<string, Sentence> },
): PolicyReport {
  const { name, action, dryRun, maxCancels } = policy;
  const { startedAt, endedAt, asked, sentences } = run;
  return {
    policy: name,
    action,
    dryRun,
    startedAt,
    endedAt,
    ...numbers,
    stale: decision.stale.length,
    asked,
    ...(decision.type === 'SPARE' && decision.sentence.type === 'OVER_CAP' && { overCap: { maxCancels } }),
    lines: candidates.map((candidate) => {
      const sentence = sentences.get(candidate.jobId);
      return sentence ? { ...candidate, sentence } : candidate;
    }),
  };
}
