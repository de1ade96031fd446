import type { Client } from '@temporalio/client';
import type { NativeCancel } from '../../activities/write-back-cancel';

/** From the newest event back: a native cancellation is delivered once, and was so just now. */
export async function nativeCancelOf(
  temporal: Client,
  { jobId, runId }: { jobId: string; runId: string },
): Promise<NativeCancel> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await temporal.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: temporal.options.namespace,
      execution: { workflowId: jobId, runId },
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { workflowExecutionCancelRequestedEventAttributes: asked } of page.history?.events ?? []) {
      if (!asked) continue;
      return {
        ...(asked.identity && { requestedBy: asked.identity }),
        ...(asked.cause && { reason: asked.cause }),
      };
    }
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken !== undefined && nextPageToken.length > 0);
  return {};
}
