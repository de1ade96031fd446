import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ChaosStage } from './chaos-stage';
import { gatherEvidence } from './evidence';
import type { Evidence } from './evidence';
import { askToCancel, link, prepare, start } from './players';
import type { PlayedJob } from './players';
import type { BatchSchedule, CrashPlan, FaultPlan } from './schedule';

/** How much longer than its last limit a job may take, with crashes and on a busy machine. */
const GRACE_MS = 45_000;

/** Plays a batch against everything real, waits until each job has ended, and says what there is to know. */
export async function play(stage: ChaosStage, batch: BatchSchedule): Promise<Evidence[]> {
  const { fake } = stage;
  fake.reset();
  fake.patchSettings({
    operationsList: batch.operationsList,
    cancelFinished: batch.cancelFinished,
    listOrder: batch.listOrder,
  });
  // Ours may have been revoked by the batch before; the first call after that gets a new one.
  await stage.vault.listMatters().catch(() => stage.vault.listMatters());
  const batchId = randomUUID().slice(0, 8);
  const played = batch.jobs.map((schedule, index): PlayedJob => {
    const { matterId } = fake.seedMatter();
    return { jobId: `${batchId}-${index}`, matterId, secret: `secret-${randomUUID()}`, schedule };
  });
  await Promise.all(played.map((job) => prepare(stage, job)));
  await allSettled([
    crash(stage, batch.crashes),
    ...batch.faults.map((plan) => strike(stage, plan)),
    batch.revokeTokensAtMs !== undefined && at(batch.revokeTokensAtMs, () => fake.revokeTokens()),
    ...played.map((job) => playJob(stage, job)),
  ]);
  const evidence = await gatherEvidence(stage, batch, played);
  // One that never ended must not reach into the next batch.
  for (const { jobId, ending } of evidence) {
    if (ending.type === 'OPEN') await terminate(stage, jobId);
  }
  return evidence;
}

async function terminate(stage: ChaosStage, jobId: string): Promise<void> {
  try {
    await stage.temporal.workflow.getHandle(jobId).terminate();
  } catch (error) {
    // It has ended after all, since the evidence was gathered.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function playJob(stage: ChaosStage, job: PlayedJob): Promise<void> {
  const { jobId, matterId, schedule } = job;
  await delay(schedule.startMs);
  const struck = schedule.faults.map((plan) => strike(stage, plan, matterId));
  await start(stage, job);
  const { access, linkAtMs } = schedule;
  await allSettled([
    ...struck,
    ...schedule.cancels.map((plan) => at(plan.atMs, () => askToCancel(stage, jobId, plan))),
    linkAtMs !== undefined && at(linkAtMs, () => link(stage, job)),
    access && at(access.fromMs, () => stage.fake.access({ matterId, mode: access.mode })),
    access && at(access.fromMs + access.forMs, () => stage.fake.access({ matterId, mode: 'granted' })),
    untilEnded(stage, job),
  ]);
}

/** A call that goes on while the stage is taken down would end the process, and hide why it was taken down. */
async function allSettled(playing: readonly unknown[]): Promise<void> {
  const failed = (await Promise.allSettled(playing)).find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function at(ms: number, act: () => unknown): Promise<void> {
  await delay(ms);
  await act();
}

async function strike(stage: ChaosStage, { fromMs, fault }: FaultPlan, matterId?: string): Promise<void> {
  // Not even a tick later: a fault from the start is there before the job is.
  if (fromMs > 0) await delay(fromMs);
  stage.fake.fault({ ...fault, ...(matterId !== undefined && { match: { matterId } }) });
}

async function crash(stage: ChaosStage, plans: readonly CrashPlan[]): Promise<void> {
  const startedAt = Date.now();
  for (const { atMs, downMs } of plans.toSorted((a, b) => a.atMs - b.atMs)) {
    await delay(Math.max(0, startedAt + atMs - Date.now()));
    await stage.worker.kill();
    await delay(downMs);
    await stage.worker.start();
  }
}

/** One that does not end in time is waited for no longer: the rules find it open. */
async function untilEnded(stage: ChaosStage, { jobId, schedule }: PlayedJob): Promise<void> {
  const handle = stage.temporal.workflow.getHandle(jobId);
  const deadline = Date.now() + schedule.limits.lastLimitMs + GRACE_MS;
  try {
    await stage.temporal.withDeadline(deadline, () => handle.result());
  } catch {
    // A refused request, or one that never ended: the evidence says which.
  }
}
