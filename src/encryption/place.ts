import type { SerializationContext } from '@temporalio/common';
import { z } from 'zod';

/** Where a payload belongs, as far as its writer knew. A writer without a context binds nothing but the namespace. */
const placeSchema = z.object({
  namespace: z.string().exactOptional(),
  workflowId: z.string().exactOptional(),
  activityId: z.string().exactOptional(),
});

export type Place = z.output<typeof placeSchema>;

/** What the SDK tells a codec of a payload; a codec that it tells nothing may know its namespace. */
export function placeOf(context: SerializationContext | undefined, namespace?: string): Place {
  if (context === undefined) return namespace === undefined ? {} : { namespace };
  const { workflowId } = context;
  const activityId = context.type === 'activity' ? context.activityId : undefined;
  return {
    namespace: context.namespace,
    ...(workflowId !== undefined && { workflowId }),
    ...(activityId !== undefined && { activityId }),
  };
}

export function placeFrom(text: string): Place {
  return placeSchema.parse(JSON.parse(text));
}

/** Whether what belongs to `bound` may be read at `here`. What one of the two does not know is not compared. */
export function belongs(bound: Place, here: Place): boolean {
  if (differ(bound.namespace, here.namespace)) return false;
  if (bound.workflowId === undefined || here.workflowId === undefined) return true;
  return isSameWorkflow(bound.workflowId, here.workflowId) && bound.activityId === here.activityId;
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/**
 * A Schedule adds the time of each run to the workflow id that it was made with, after the input was written; and the
 * result of a run is handed to the next. The runs of one Schedule therefore count as one workflow.
 */
const TIME_OF_RUN = /-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function isSameWorkflow(a: string, b: string): boolean {
  return a.replace(TIME_OF_RUN, '') === b.replace(TIME_OF_RUN, '');
}
