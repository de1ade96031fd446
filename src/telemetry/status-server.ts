import fastify from 'fastify';
import type { ListenAddress } from '../config/telemetry';
import type { Readiness } from './readiness';

export interface StatusPages {
  metrics(): Promise<{ contentType: string; text: string }>;
  readiness(): Promise<Readiness>;
}

export interface StatusServer {
  /** Where it listens in truth: with port 0 the system chooses. */
  readonly url: string;
  close(): Promise<void>;
}

/** `/metrics`, `/healthz`, `/readyz`. Nothing here is protected: bind it where only those may come who should. */
export async function startStatusServer(address: ListenAddress, pages: StatusPages): Promise<StatusServer> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get('/healthz', () => ({ alive: true }));
  server.get('/readyz', async (_, reply) => {
    const readiness = await pages.readiness();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  server.get('/metrics', async (_, reply) => {
    const { contentType, text } = await pages.metrics();
    return reply.type(contentType).send(text);
  });
  const url = await server.listen(address);
  return { url, close: () => server.close() };
}
