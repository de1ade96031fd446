import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';
import { quotaCost } from '../domain/vault-quota';
import type { CallObserver } from '../vault/call-observer';

/** A span for each HTTP call, under the step that makes it. By method alone: the path would name matter and export. */
export function traceCalls(tracer: Tracer): CallObserver {
  return ({ methodId, httpMethod, path }) => {
    const span = tracer.startSpan(`Vault:${methodId}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'rpc.method': methodId, 'http.request.method': httpMethod, 'url.template': path },
    });
    return ({ answer, sent }) => {
      const units = Object.values(quotaCost(methodId)).reduce((sum, some) => sum + some, 0);
      span.setAttributes({ 'vault.answer': answer, 'vault.quota_units': sent ? units : 0 });
      span.setStatus({ code: answer === 'OK' ? SpanStatusCode.OK : SpanStatusCode.ERROR });
      span.end();
    };
  };
}
