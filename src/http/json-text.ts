import { AnswerRefusedError } from './body';

/** No answer of Google's comes near. Deeper ones overflow the stack of whoever walks them. */
const MAX_DEPTH = 100;
/** Of values and keys: a body of nothing but brackets would take fifty times its size as objects. */
const MAX_ITEMS = 2_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Reads JSON that is neither too deep nor of too many parts. An error says nothing of what stood there. */
export function parseJsonText(text: string): unknown {
  measure(text);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new AnswerRefusedError('the body is not JSON');
  }
}

/** Before it is parsed: afterwards it would be in memory. Exact for JSON; for anything else the parser decides. */
function measure(text: string): void {
  let depth = 0;
  let items = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfString(text, index);
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (code === COMMA || code === COLON || OPENING.has(code)) items += 1;
    if (depth > MAX_DEPTH) throw new AnswerRefusedError('the body is too deep');
    if (items > MAX_ITEMS) throw new AnswerRefusedError('the body has too many parts');
  }
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) index += 1;
    else if (code === QUOTE) return index;
  }
  return text.length;
}
