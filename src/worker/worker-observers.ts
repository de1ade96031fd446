import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry';

/** What watches the work from inside a worker without taking part in it. */
export interface WorkerObservers {
  activities: ActivityInterceptorsFactory[];
  /** Of the client that activities signal jobs with. */
  client: WorkflowClientInterceptor[];
  /** Where the spans of traced jobs go; without it they are dropped. */
  sinks?: InjectedSinks<OpenTelemetrySinks>;
}

/** A traced job may run on a worker that sends no spans: it must have somewhere to leave them. */
export const DROPPED_SPANS: InjectedSinks<OpenTelemetrySinks> = {
  exporter: { export: { fn: () => undefined, callDuringReplay: false } },
};
