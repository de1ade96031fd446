import fastify from 'fastify';

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
}

export interface OtlpReceiver {
  endpoint: string;
  spans(): ReceivedSpan[];
  /** Everything that was sent, for a search. */
  raw(): string;
  contentTypes: Set<string>;
  close(): Promise<void>;
}

interface ExportRequest {
  resourceSpans: {
    scopeSpans: {
      spans: (Omit<ReceivedSpan, 'attributes'> & {
        attributes: { key: string; value: Record<string, unknown> }[];
      })[];
    }[];
  }[];
}

/** Takes traces over HTTP as a collector does. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const contentTypes = new Set<string>();
  const server = fastify({ forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  server.post('/v1/traces', ({ headers, body }) => {
    contentTypes.add(headers['content-type'] ?? '');
    bodies.push(String(body));
    return {};
  });
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
  const spans = () =>
    bodies
      .filter((body) => body.startsWith('{'))
      .flatMap((body) => {
        const { resourceSpans }: ExportRequest = JSON.parse(body);
        return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      })
      .map((span) => ({
        ...span,
        attributes: Object.fromEntries(
          span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
        ),
      }));
  return { endpoint, spans, raw: () => bodies.join('\n'), contentTypes, close: () => server.close() };
}
