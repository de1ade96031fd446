/** A payload may have 2 MB, and base64 makes it longer. */
export const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
/** Of all requests at once. Each may take several times its size while it is worked on. */
const BYTES_AT_ONCE = 2 * BODY_LIMIT_BYTES;
/** A thousand payloads have some ten thousand. Empty objects take forty times the memory of their text. */
const MAX_VALUES = 100_000;

/** Keeps what is worked on at once within the memory of a small process. */
export class Load {
  #bytes = 0;

  /** Answers how to give the room back; undefined where there is none. A body of unknown length may be of any. */
  take(contentLength: string | undefined): (() => void) | undefined {
    const declared = contentLength === undefined ? BODY_LIMIT_BYTES : Number(contentLength);
    const bytes = Math.min(Number.isFinite(declared) ? declared : BODY_LIMIT_BYTES, BODY_LIMIT_BYTES);
    if (this.#bytes + bytes > BYTES_AT_ONCE) return undefined;
    this.#bytes += bytes;
    return () => {
      this.#bytes -= bytes;
    };
  }
}

/** Before anything is made of it. Base64 has none of these characters, so payloads of any size pass. */
export function hasTooManyValues(text: string): boolean {
  let values = 0;
  for (const character of text) {
    if (character === ',' || character === '{' || character === '[') values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}
