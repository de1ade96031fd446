import { UPDATE_ID_ATTR_KEY } from '@temporalio/interceptors-opentelemetry/lib/instrumentation';
import { makeWorkflowExporter } from '@temporalio/interceptors-opentelemetry';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { InjectedSinks } from '@temporalio/worker';

/** What finds the job again, and no more. */
const KEPT: ReadonlySet<string> = new Set(['workflowId', 'runId', 'workflowType', UPDATE_ID_ATTR_KEY]);

/**
 * Passes on the spans of workflows. The SDK's own exporter writes all it knows of a workflow onto each, memo and search
 * attributes included, and those name the matter.
 */
export function workflowSpans(
  processor: SpanProcessor,
  resource: Resource,
): InjectedSinks<OpenTelemetrySinks> {
  const discreet: SpanProcessor = {
    onStart: (span, parent) => processor.onStart(span, parent),
    onEnd: (span) => {
      for (const name of Object.keys(span.attributes)) if (!KEPT.has(name)) delete span.attributes[name];
      processor.onEnd(span);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
  return { exporter: makeWorkflowExporter(discreet, resource) };
}
