import { ApplicationFailure } from '@temporalio/common';
import { follow, NO_TRAIL } from '../circle';
import type { Trail } from '../circle';
import { PAGE_SIZE } from '../pages';
import type { OrphanDeps } from './deps';
import { readOrRepeat } from './scan-read';
import type { ScanReadInput } from './scan-read';

export interface MattersPage {
  matterIds: string[];
  nextPageToken?: string;
  /** For the next page. Older builds give none. */
  trail?: Trail;
}

/** One page of the matters that the Vault user may see. A deleted one has no exports to read. */
export async function listMatters(
  deps: OrphanDeps,
  input: ScanReadInput & { pageToken?: string; trail?: Trail },
): Promise<MattersPage> {
  const { pageToken, timing } = input;
  const page = await readOrRepeat(input, () =>
    deps
      .vaultFor(input.tenant)
      .listMatters(
        { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) },
        { timeoutMs: timing.requestTimeoutMs },
      ),
  );
  if (page.type === 'REFUSED') {
    throw ApplicationFailure.nonRetryable(
      `The matters cannot be listed: ${page.failure.detail}`,
      'RequestRefused',
    );
  }
  const { matters, nextPageToken } = page.result;
  const followed = follow(input.trail ?? NO_TRAIL, {
    token: pageToken,
    first: matters[0]?.matterId,
    next: nextPageToken,
  });
  if (followed.type === 'CIRCLES') {
    throw ApplicationFailure.nonRetryable(`The matters cannot be listed: ${followed.why}`, 'RequestRefused');
  }
  return {
    matterIds: matters.filter(({ state }) => state !== 'DELETED').map(({ matterId }) => matterId),
    ...(nextPageToken !== undefined && { nextPageToken, trail: followed.trail }),
  };
}
