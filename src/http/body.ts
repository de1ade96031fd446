/** An answer that is not read to its end, or not at all. Says what is wrong with it, never what stands in it. */
export class AnswerRefusedError extends Error {
  override readonly name = 'AnswerRefusedError';
}

export const LARGE_BYTES = 1024 * 1024;

/** Reads a body as text, and gives up on one that has no end. A large one first waits until it may be taken in. */
export async function readText(
  response: Response,
  maxBytes: number,
  beforeLarge?: () => Promise<void>,
): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body) {
    if (bytes <= LARGE_BYTES && bytes + chunk.byteLength > LARGE_BYTES) await beforeLarge?.();
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new AnswerRefusedError('the body is too large');
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  pieces.push(decoder.decode());
  return pieces.join('');
}
