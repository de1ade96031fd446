import type { TRACE_HEADER as TraceHeader } from '@temporalio/interceptors-opentelemetry/lib/instrumentation';
import type * as OpenTelemetry from '@temporalio/interceptors-opentelemetry/lib/workflow';
import { workflowInfo } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { JOB_KIND, TENANT } from '../src/domain/search-attributes';

const TRACE_HEADER: typeof TraceHeader = '_tracer-data';

interface Tracing {
  inbound: OpenTelemetry.OpenTelemetryInboundInterceptor;
  outbound: OpenTelemetry.OpenTelemetryOutboundInterceptor;
}

/**
 * Part of every job, on every worker. A job is traced where the client that started it was, and its first event says so:
 * spans draw their ids from the job's own random numbers, so a replay on a worker that thought otherwise would give the
 * ledger's lines other ids, and might order steps otherwise. Whether a worker sends spans anywhere is another matter.
 */
export function interceptors(): WorkflowInterceptors {
  let tracing: Tracing | undefined;
  return {
    inbound: [
      {
        execute: (input, next) => {
          if (TRACE_HEADER in input.headers) tracing = loadTracing();
          return tracing ? tracing.inbound.execute(input, next) : next(input);
        },
        handleSignal: (input, next) => (tracing ? tracing.inbound.handleSignal(input, next) : next(input)),
        // Not queries and not validators: they leave no event, yet their spans would take random numbers.
        handleUpdate: (input, next) => (tracing ? tracing.inbound.handleUpdate(input, next) : next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          tracing ? tracing.outbound.scheduleActivity(input, next) : next(input),
        getLogAttributes: (attributes, next) => next({ ...attributes, ...jobAttributes() }),
      },
    ],
  };
}

function jobAttributes(): { kind?: string; tenant?: string } {
  const { typedSearchAttributes } = workflowInfo();
  const kind = typedSearchAttributes.get(JOB_KIND);
  const tenant = typedSearchAttributes.get(TENANT);
  return { ...(kind !== undefined && { kind }), ...(tenant !== undefined && { tenant }) };
}

/** Loaded by traced jobs alone: it takes time and changes the sandbox's globals. */
function loadTracing(): Tracing {
  const loaded: typeof OpenTelemetry = require('@temporalio/interceptors-opentelemetry/lib/workflow');
  return {
    inbound: new loaded.OpenTelemetryInboundInterceptor(),
    outbound: new loaded.OpenTelemetryOutboundInterceptor(),
  };
}
