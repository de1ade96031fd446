import { DefaultLogger } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';
import type { LogFormat } from '../config/telemetry';
import { plainJson, visible } from '../domain/foreign-text';
import { WORKFLOW_TYPES } from '../domain/messages';
import { JOB_KINDS } from '../domain/outcome';
import { print } from './output';

/** Everything else the SDK attaches is noise, or a token, or may hold what a query holds. */
const SHOWN = [
  'kind',
  'tenant',
  'runId',
  'activityType',
  'taskQueue',
  'attempt',
  'state',
  'signal',
  'source',
  'trace_id',
  'span_id',
] as const;

/** Of each of our many queues, most by intent: what a worker does it says itself. */
const NO_NEWS = /^(No (Nexus services|workflows|activities) registered|Worker state changed)/;

/** One line an event: plain for people, JSON for log collectors, the same fields in both. */
export function workerLogger(write: (line: string) => void, format: LogFormat = 'text'): DefaultLogger {
  return new DefaultLogger('INFO', (entry) => {
    if (!NO_NEWS.test(entry.message)) write(logLine(entry, format));
  });
}

/** A line of the worker's own that concerns no job, in the same form as all others. */
export function say(level: LogLevel, message: string, format: LogFormat): void {
  const timestampNanos = BigInt(Date.now()) * 1_000_000n;
  print(
    process.stderr,
    format === 'json' ? logLine({ level, message, timestampNanos }, format) : visible(message),
  );
}

/** Node prints its warnings as it likes, past the log: among lines of JSON they would be none. */
export function sayWarnings(format: LogFormat): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => say('WARN', `${name}: ${message}`, format));
}

export function logLine(
  entry: Pick<LogEntry, 'level' | 'message' | 'timestampNanos' | 'meta'>,
  format: LogFormat,
): string {
  const { level, message } = entry;
  const time = new Date(Number(entry.timestampNanos / 1_000_000n)).toISOString();
  const fields = shownFields({ ...entry.meta });
  if (format === 'json') return plainJson({ time, level, message, ...fields });
  const words = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(name, value)}`);
  return [time, level, visible(message), ...words].join(' ');
}

/** What could be taken for another field, or for another line, is quoted. */
function fieldText(name: string, value: string | number): string {
  return name === 'error' || !/^[\w.:/@+~-]*$/.test(String(value)) ? plainJson(value) : String(value);
}

function shownFields(meta: Record<string, unknown>): { [name: string]: string | number } {
  const named: Record<string, unknown> = {
    ...meta,
    jobId: meta.workflowId,
    kind: meta.kind ?? kindOf(meta.workflowType),
    error: meta.error instanceof Error ? `${meta.error.name}: ${meta.error.message}` : undefined,
  };
  const fields: { [name: string]: string | number } = {};
  for (const name of ['jobId', ...SHOWN, 'error']) {
    const value = named[name];
    if (typeof value === 'string' || typeof value === 'number') fields[name] = value;
  }
  return fields;
}

/** A line from before a job's own code ran names its workflow type only. */
function kindOf(workflowType: unknown): string | undefined {
  return JOB_KINDS.find((kind) => WORKFLOW_TYPES[kind] === workflowType);
}
