const MAX_CHARS = 300;
/** Looked at, before anything is: masks make a message shorter, and what comes after is not shown anyway. */
const MAX_READ_CHARS = 2000;

/** Takes up no room, turns text around, or is half a character: an address must not hide in it. */
const UNSEEN = /[\p{Cf}\p{Cs}]/gu;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const WORD = /[^\s"'<>()[\],;:=]+/g;

const TOKENS: readonly RegExp[] = [/\bBearer\s+\S+/gi, /\bya29\.[\w.-]+/g, /\beyJ[\w-]+\.[\w.-]+/g];

/**
 * Google repeats parts of a request in its messages. A message is bounded before all else; addresses and tokens are
 * masked before the last cut, so that no half of one is left at the end.
 */
export function presentableMessage(text: string): string {
  const readable = beginningOf(text).replace(UNSEEN, '').replace(CONTROL, ' ');
  const withoutAddresses = readable.replace(WORD, (word) => (/.@./.test(word) ? '[address]' : word));
  const masked = TOKENS.reduce((rest, token) => rest.replace(token, '[token]'), withoutAddresses);
  return masked.length > MAX_CHARS ? `${masked.slice(0, MAX_CHARS - 1)}…` : masked;
}

/** Whole words only: half an address is not seen to be one. */
function beginningOf(text: string): string {
  if (text.length <= MAX_READ_CHARS) return text;
  let end = MAX_READ_CHARS;
  while (end > 0 && !/\s/.test(text.charAt(end))) end -= 1;
  return `${text.slice(0, end)}…`;
}
