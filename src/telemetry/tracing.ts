import { diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { TraceSettings } from '../config/telemetry';
import type { CallObserver } from '../vault/call-observer';
import { traceCalls } from './trace-calls';
import { workflowSpans } from './workflow-spans';

/** Everything that has to be hung in where a trace passes: client, worker, workflow, HTTP call. */
export interface Tracing {
  client: WorkflowClientInterceptor;
  activities: ActivityInterceptorsFactory;
  workflows: ReturnType<typeof workflowSpans>;
  calls: CallObserver;
  /** Sends what is left. Never rejects: a collector that is away must not hold anything up. */
  close(): Promise<void>;
}

/**
 * Sends spans to where the standard OTEL_* variables say; sampling and batching follow them too.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function startTracing(
  { protocol }: TraceSettings,
  version: string,
  warn: (message: string) => void = () => undefined,
): Tracing {
  diag.setLogger(
    { error: warn, warn, info: () => undefined, debug: () => undefined, verbose: () => undefined },
    DiagLogLevel.WARN,
  );
  const resource = Resource.default()
    .merge(new Resource({ 'service.name': 'vault-jobs', 'service.version': version }))
    .merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const processor = new BatchSpanProcessor(
    protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter(),
  );
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    client: new OpenTelemetryWorkflowClientInterceptor(),
    activities: (context) => ({
      inbound: new OpenTelemetryActivityInboundInterceptor(context),
      outbound: new OpenTelemetryActivityOutboundInterceptor(context),
    }),
    workflows: workflowSpans(processor, resource),
    calls: traceCalls(trace.getTracer('vault-jobs', version)),
    close: () => provider.shutdown().catch((error: unknown) => warn(String(error))),
  };
}
