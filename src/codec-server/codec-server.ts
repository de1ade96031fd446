import cors from '@fastify/cors';
import type { PayloadCodec } from '@temporalio/common';
import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authorize } from './authorization';
import type { Authorities } from './authorization';
import { IdentityProviderError } from './provider-keys';
import { payloadsSchema, payloadsToJson } from './payload-json';

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** `anybody`: for a server that only this machine can reach. */
  authorities: Authorities | 'anybody';
  /** The origins of Temporal UIs, for example `https://temporal.example.com`. */
  origins: readonly string[];
  /** The one namespace it serves. */
  namespace: string;
  host: string;
  /** 0 for any free one. */
  port: number;
  tls?: { cert: string; key: string } | undefined;
  /** Gets a line for each answer. */
  log: (line: CodecLogLine) => void;
}

/** Who asked for what, and how it was answered: never what was in it. */
export interface CodecLogLine {
  method: 'encode' | 'decode' | 'unknown';
  status: number;
  payloads: number;
  who?: string;
  why?: string;
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A payload may have 2 MB, and base64 makes it longer. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
const REQUEST_LIMIT_MS = 30_000;
/** What the Temporal UI sends beside its payloads. */
const UI_HEADERS = ['content-type', 'x-namespace', 'authorization', 'authorization-extras'];

/** Serves `POST …/encode` and `POST …/decode` under any prefix, and `GET /healthz`. */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const { codec, origins, host, port, tls } = options;
  const notes = new WeakMap<FastifyRequest, Partial<CodecLogLine>>();
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    forceCloseConnections: true,
    https: tls ?? null,
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => {
    const [status, message] = faultOf(error);
    notes.set(request, { ...notes.get(request), why: message });
    return refuse(reply, status, message);
  });
  await app.register(cors, {
    origin: [...origins],
    methods: ['POST'],
    allowedHeaders: UI_HEADERS,
    credentials: true,
    maxAge: 600,
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.route({
    method: 'POST',
    url: '/*',
    // Before the body is read: for whoever may not, no work is done.
    onRequest: async (request, reply) => {
      const verdict = await admit(request, options);
      notes.set(request, verdict);
      if (verdict.status !== undefined) refuse(reply, verdict.status, verdict.why ?? 'refused');
    },
    onResponse: async (request, { statusCode }) =>
      options.log({ payloads: 0, ...notes.get(request), method: methodOf(request), status: statusCode }),
    handler: async (request, reply) => {
      const method = methodOf(request);
      if (method === 'unknown') return refuse(reply, 404, 'POST to /encode or /decode');
      const parsed = payloadsSchema.safeParse(request.body);
      if (!parsed.success) return refuse(reply, 400, 'the body must be payloads in protobuf’s JSON');
      const { payloads } = parsed.data;
      notes.set(request, { ...notes.get(request), payloads: payloads.length });
      return payloadsToJson(await codec[method](payloads));
    },
  });
  return { url: await app.listen({ host, port }), close: () => app.close() };
}

/** Only the end of the path counts: https://github.com/temporalio/samples-go/blob/main/codec-server/protocol.md */
function methodOf({ url }: FastifyRequest): CodecLogLine['method'] {
  const last = new URL(url, 'http://any').pathname.split('/').at(-1);
  return last === 'encode' || last === 'decode' ? last : 'unknown';
}

/** Without `status` it may go on. */
async function admit(
  { headers }: FastifyRequest,
  { authorities, origins, namespace }: CodecServerOptions,
): Promise<Pick<CodecLogLine, 'who' | 'why'> & { status?: 401 | 403 }> {
  // A browser would keep the answer from the page; the work is not to be done either.
  if (headers.origin !== undefined && !origins.includes(headers.origin))
    return { status: 403, why: 'pages of this origin may not ask' };
  const asked = headers['x-namespace'];
  // Temporal's command line leaves it empty where nobody named one.
  if (asked && asked !== namespace) return { status: 403, why: 'this server is for another namespace' };
  if (authorities === 'anybody') return { who: 'anybody' };
  const answer = await authorize(headers, authorities);
  return answer.type === 'ALLOWED' ? { who: answer.who } : { status: 401, why: answer.why };
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send({ message });
}

/** Whatever went wrong, the answer quotes nothing of the request. */
function faultOf(error: unknown): [status: number, message: string] {
  if (error instanceof IdentityProviderError) return [503, error.message];
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return [413, `the body is larger than ${BODY_LIMIT_BYTES} bytes`];
  if (status === 415) return [415, 'the body must be application/json'];
  return status === 400 ? [400, 'the body is not JSON'] : [500, 'an unexpected error'];
}
