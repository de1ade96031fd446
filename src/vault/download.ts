import { Readable } from 'node:stream';
import type { Deadline } from '../http/deadline';
import { METHODS } from './method';
import { parseMd5 } from './md5';
import { networkFault } from './network-fault';
import type { OpenResponse, Transport } from './transport';
import type { CallOptions } from './vault-client-config';

export interface ObjectDownload {
  /** Fails with a VaultError. Destroy it to give the download up. */
  stream: Readable;
  /** What storage says of the bytes; compare with what Vault said of the file. */
  size?: number;
  md5Hex?: string;
}

/**
 * Opens one exported file by name; the bucket is Google's and cannot be listed. The timeout counts for the
 * answer and then for each piece anew, as a whole export may take hours; a slow reader costs no time.
 */
export async function downloadObject(
  transport: Transport,
  bucketName: string,
  objectName: string,
  call?: CallOptions,
): Promise<ObjectDownload> {
  const opened = await transport.open(
    METHODS.downloadObject,
    {
      params: { bucket: bucketName, object: objectName },
      query: { alt: 'media' },
      // Otherwise fetch asks for gzip and unpacks it, and neither size nor checksum fits what arrives.
      headers: { 'accept-encoding': 'identity' },
    },
    call,
  );
  opened.deadline.pause();
  return { stream: streamOf(opened), ...describe(opened.response.headers) };
}

/** Not Readable.from: destroy() would wait for a piece that may never come before it closes the connection. */
function streamOf({ response, deadline }: OpenResponse): Readable {
  const reader = (response.body ?? new Blob([]).stream()).getReader();
  return new Readable({
    read() {
      void pull(this, reader, deadline);
    },
    destroy(error, done) {
      deadline.cancel();
      done(error);
    },
  });
}

async function pull(
  stream: Readable,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  deadline: Deadline,
): Promise<void> {
  try {
    deadline.restart();
    const piece = await reader.read();
    deadline.pause();
    stream.push(piece.done ? null : piece.value);
  } catch (error) {
    const stage = { origin: 'storage', requestSent: true } as const;
    stream.destroy(networkFault(METHODS.downloadObject, error, deadline, stage));
  }
}

function describe(headers: Headers): { size?: number; md5Hex?: string } {
  const length = headers.get('content-length');
  const isPlain = headers.get('content-encoding') === null;
  const md5Hex = parseMd5(/(?:^|,)\s*md5=([^,\s]+)/.exec(headers.get('x-goog-hash') ?? '')?.[1]);
  return {
    ...(length !== null && isPlain && { size: Number(length) }),
    ...(md5Hex !== undefined && { md5Hex }),
  };
}
