import { Context } from '@temporalio/activity';
import type { Census } from '../../src/domain/admission-census';
import type { Entry } from '../../src/domain/admission-entry';
import { isVaultError } from '../../src/vault/vault-error';
import type { ActivityDeps } from '../deps';
import { classifyFailure } from '../failure-table';

export interface CensusInput {
  tenant: string;
  known: { jobId: string; standing: Entry['standing'] }[];
  requestTimeoutMs: number;
}

/**
 * Compares what the queue knows with the jobs themselves. A job that ended without a word leaves its place, but
 * for one whose export goes on in Vault: terminating a job ends the watching, not the export. Only reads.
 */
export async function takeCensus(deps: ActivityDeps, input: CensusInput): Promise<Census> {
  const { tenant, known } = input;
  const open = new Map((await deps.admission.openExports(tenant)).map((job) => [job.jobId, job]));
  const census: Census = { running: [], gone: [], quotas: deps.admission.quotasFor(tenant) };
  for (const { jobId, standing } of known) {
    Context.current().heartbeat();
    if (open.has(jobId) || (await deps.admission.isOpen(jobId))) continue;
    const holds = standing !== 'WAITING' && (await runsUnwatched(deps, input, jobId));
    if (!holds) census.gone.push(jobId);
  }
  const counted = new Set(known.filter(({ standing }) => standing === 'RUNNING').map(({ jobId }) => jobId));
  for (const { jobId, runId, startedAtMs, made } of open.values()) {
    // The list is a moment behind: one that has ended since must not hold a slot until the next census.
    if (!made || counted.has(jobId) || !(await deps.admission.isOpen(jobId))) continue;
    census.running.push({ jobId, runId, startedAtMs });
  }
  return census;
}

async function runsUnwatched(
  deps: ActivityDeps,
  { tenant, requestTimeoutMs }: CensusInput,
  jobId: string,
): Promise<boolean> {
  const job = await deps.ledger.job(jobId);
  const { matterId, exportId } = job ?? {};
  if (matterId === undefined || exportId === undefined) return false;
  try {
    const read = await deps.vaultFor(tenant).getExport(matterId, exportId, { timeoutMs: requestTimeoutMs });
    return read.status === 'IN_PROGRESS';
  } catch (error) {
    if (!isVaultError(error)) throw error;
    // Where it cannot be read it may run: the next census asks again, until Vault has dropped it.
    return classifyFailure(error).type !== 'NOT_FOUND';
  }
}
