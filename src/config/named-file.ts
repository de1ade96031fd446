import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { devNull } from 'node:os';
import { isJsonObject } from '../domain/json';

/** Far more than any file that people write for us, and nothing for a process to hold. */
const MAX_BYTES = 1_000_000;

/** What a file holds, or what is wrong with it: "the file …". */
export type FileRead = { text: string } | { problem: string; isMissing?: true };

/**
 * Reads any file that a person names: as text, without a byte order mark, and never more than it should be. What is no
 * ordinary file is not waited for. `0` is standard input.
 */
export function readNamedFile(file: string | 0, maxBytes = MAX_BYTES): FileRead {
  let fd: number | undefined;
  try {
    fd = file === 0 ? 0 : openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const kind = fstatSync(fd);
    if (kind.isDirectory()) return { problem: 'is a folder: name a file in it' };
    // A pipe may never be written to.
    if (file !== 0 && file !== devNull && !kind.isFile())
      return { problem: 'is no ordinary file: name one that is' };
    const bytes = readAtMost(fd, maxBytes + 1);
    if (bytes.length > maxBytes) return { problem: `is larger than ${maxBytes} bytes: name the right one` };
    return textOf(bytes);
  } catch (error) {
    // Not instanceof: under Jest, the system's errors are of another realm.
    const code = isJsonObject(error) && typeof error.code === 'string' ? error.code : 'unknown error';
    if (code === 'ENOENT') return { problem: 'does not exist', isMissing: true };
    return { problem: `cannot be read (${code}): check its path and its permissions` };
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd);
  }
}

function readAtMost(fd: number, maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let left = maxBytes;
  while (left > 0) {
    const part = Buffer.allocUnsafe(Math.min(left, 65_536));
    const count = readSync(fd, part);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    left -= count;
  }
  return Buffer.concat(parts);
}

function textOf(bytes: Buffer): FileRead {
  const notText = { problem: 'is not text in UTF-8: save it as that' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? notText : { text };
  } catch {
    return notText;
  }
}
