import { makeWorkflowExporter } from '@temporalio/interceptors-opentelemetry';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { InjectedSinks } from '@temporalio/worker';

/**
 * Passes on the spans of workflows. The SDK's own exporter writes all it knows of a workflow onto each, memo and search
 * attributes included, and those name the matter: here only what finds the job again.
 */
export function workflowSpans(
  processor: SpanProcessor,
  resource: Resource,
): InjectedSinks<OpenTelemetrySinks> {
  const { export: exporter } = makeWorkflowExporter(processor, resource);
  return {
    exporter: {
      export: {
        fn: (info, spans) => {
          const { workflowId, runId, workflowType } = info;
          return exporter.fn({ workflowId, runId, workflowType } as typeof info, spans);
        },
      },
    },
  };
}
