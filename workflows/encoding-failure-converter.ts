import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stack traces of failures into a payload, where the codec encrypts them. Without encryption
 * it is not used: it would only hide them from the Temporal UI.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
