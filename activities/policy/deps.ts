import type { Client } from '@temporalio/client';

/** What the steps of a policy's run reach the world through. */
export interface PolicyDeps {
  temporal: Client;
}
