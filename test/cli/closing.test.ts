import { execFile } from 'node:child_process';
import { createServer } from 'node:http2';
import { join } from 'node:path';

const HOOK = join(__dirname, '..', 'support', 'typescript-hook.cjs');
const SESSION = join(__dirname, '..', '..', 'src', 'cli', 'session.ts');

/** gRPC status codes. */
const UNIMPLEMENTED = '12';
const UNAVAILABLE = '14';

/** A command that is done while a call of its own, which nobody waits for, is between two tries. */
const script = (address: string) => `
  require(${JSON.stringify(HOOK)}).register();
  const { withTemporal } = require(${JSON.stringify(SESSION)});
  const settings = { temporal: { address: '${address}', namespace: 'default', connection: {} }, encryption: { keys: [] }, telemetry: {} };
  withTemporal(settings, async (temporal) => {
    temporal.workflow.getHandle('any').describe().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }).then(() => console.log('closed'));`;

it('a command ends with its own exit code while a call that nobody waits for is being tried again', async () => {
  const server = createServer();
  let tries = 0;
  server.on('stream', (stream, headers) => {
    const isInfo = String(headers[':path']).endsWith('/GetSystemInfo');
    if (!isInfo) tries += 1;
    const status = isInfo ? UNIMPLEMENTED : UNAVAILABLE;
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status },
      { endStream: true },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  const port = typeof place === 'object' ? place?.port : undefined;
  try {
    const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['-e', script(`127.0.0.1:${port}`)], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
    expect(tries).toBeGreaterThan(0);
    expect(ended).toEqual({ code: 0, stdout: 'closed\n', stderr: '' });
  } finally {
    server.close();
  }
});
