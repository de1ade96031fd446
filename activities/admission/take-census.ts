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
  const kept: Known[] = [];
  for (const { jobId, standing } of known) {
    Context.current().heartbeat();
    if (open.has(jobId) || (await deps.admission.isOpen(jobId))) {
      kept.push({ jobId, standing });
      continue;
    }
    const holds = standing !== 'WAITING' && (await runsUnwatched(deps, input, jobId));
    if (!holds) census.gone.push(jobId);
  }
  const counted = new Set(known.filter(({ standing }) => standing === 'RUNNING').map(({ jobId }) => jobId));
  for (const { jobId, runId, startedAtMs, made } of open.values()) {
    // The list is a moment behind: one that has ended since must not hold a slot until the next census.
    if (!made || counted.has(jobId) || !(await deps.admission.isOpen(jobId))) continue;
    census.running.push({ jobId, runId, startedAtMs });
  }
  return kept.some(({ standing }) => standing === 'WAITING') ? confirmed(deps, input, census, kept) : census;
}

type Known = CensusInput['known'][number];

/** Reads cost a unit each of what the jobs live on. */
const MAX_READS = 40;

/**
 * While jobs wait for slots, those that hold them are looked at in Vault: a unit of reads each. A job that cannot see its
 * export, or never heard whether it has one, would else hold its slot for as long as it lives.
 */
async function confirmed(
  deps: ActivityDeps,
  input: CensusInput,
  census: Census,
  kept: readonly Known[],
): Promise<Census> {
  const result = { ...census, confirmed: [] as string[], unconfirmed: [] as string[] };
  const away = kept.filter(({ standing }) => standing === 'AWAY');
  result.unconfirmed.push(...away.map(({ jobId }) => jobId));
  const holders = kept.filter(({ standing }) => standing === 'RUNNING').slice(0, MAX_READS);
  await Promise.all(
    holders.map(async ({ jobId }) => {
      const seen = await seenInVault(deps, input, jobId);
      if (seen === 'RUNS') result.confirmed.push(jobId);
      if (seen === 'CANNOT_BE_SEEN') result.unconfirmed.push(jobId);
    }),
  );
  return result;
}

async function seenInVault(
  deps: ActivityDeps,
  { tenant, requestTimeoutMs }: CensusInput,
  jobId: string,
): Promise<'RUNS' | 'CANNOT_BE_SEEN' | 'UNKNOWN'> {
  const { matterId, exportId } = (await deps.ledger.job(jobId)) ?? {};
  if (matterId === undefined || exportId === undefined) return 'UNKNOWN';
  try {
    const read = await deps.vaultFor(tenant).getExport(matterId, exportId, { timeoutMs: requestTimeoutMs });
    // One that has ended leaves with its job; until then its slot may well be free.
    return read.status === 'IN_PROGRESS' ? 'RUNS' : 'CANNOT_BE_SEEN';
  } catch (error) {
    if (!isVaultError(error)) throw error;
    const { type } = classifyFailure(error);
    return type === 'NOT_FOUND' || type === 'ACCESS' ? 'CANNOT_BE_SEEN' : 'UNKNOWN';
  }
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
