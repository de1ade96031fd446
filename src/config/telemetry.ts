import { z } from 'zod';
import { parseDuration } from '../domain/duration';
import type { Environment } from './setting-sources';

export interface ListenAddress {
  host: string;
  port: number;
}

export interface TelemetrySettings {
  /** Where `/metrics`, `/healthz` and `/readyz` are served; nothing is, where it is absent. */
  metricsAddress?: ListenAddress;
  /** How often what all jobs do is read anew from Temporal and the ledger. */
  metricsRefreshMs: number;
  logFormat: LogFormat;
  /** Absent: no traces, at no cost. */
  traces?: TraceSettings;
}

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface TraceSettings {
  protocol: 'http/protobuf' | 'http/json';
}

/** A host name, an IPv4 address or an IPv6 one in brackets, and a port. */
const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;

export const telemetrySchema = z
  .strictObject({
    metrics: z
      .string()
      .regex(HOST_PORT, 'must be host:port, for example 0.0.0.0:9464')
      .refine((address) => portOf(address) <= 65_535, 'must have a port up to 65535')
      .optional()
      .describe('host:port for /metrics, /healthz and /readyz; without it nothing is served'),
    metricsRefresh: z
      .string()
      .refine(
        (text) => (parseDuration(text) ?? 0) >= 1000,
        'must be a duration of a second or more, for example 30s',
      )
      .default('30s')
      .describe('How often jobs are counted for the metrics'),
    logFormat: z.enum(LOG_FORMATS, 'must be text or json').default('text'),
  })
  .transform(({ metrics, metricsRefresh, logFormat }): TelemetrySettings => ({
    logFormat,
    metricsRefreshMs: parseDuration(metricsRefresh) ?? 0,
    ...(metrics !== undefined && { metricsAddress: readAddress(metrics) }),
  }));

function portOf(address: string): number {
  return Number(HOST_PORT.exec(address)?.[3] ?? 0);
}

function readAddress(address: string): ListenAddress {
  const [, ipv6, name] = HOST_PORT.exec(address) ?? [];
  return { host: ipv6 ?? name ?? '', port: portOf(address) };
}

/**
 * Whether and how traces are sent, by OpenTelemetry's own variables; where to, its exporter reads itself.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTraces(env: Environment, problems: string[]): TraceSettings | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none';
  if (!endpoint || isOff) return undefined;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    problems.push('OTEL_EXPORTER_OTLP_ENDPOINT: must be an http or https address');
  const named = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (named === 'http/protobuf' || named === 'http/json') return { protocol: named };
  problems.push('OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf or http/json');
  return undefined;
}
