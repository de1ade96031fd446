/**
 * Texts that somebody else wrote: names, reasons, ids, what a server says. What a terminal or a log would act on instead
 * of showing it: control characters, those that turn the direction of writing, and those that nobody sees. `\p{Cs}` is
 * half of a character, `\p{Zl}` and `\p{Zp}` end a line, and the last are letters without a shape.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]/gu;

/** As long as a reason may be. */
export const MAX_SHOWN_CHARS = 1000;

const NAMED: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** One line in which everything can be seen, and not too long; what was cut off is marked. */
export function visible(text: string, maxChars = MAX_SHOWN_CHARS): string {
  const kept = text.length <= maxChars ? text : `${withoutHalf(text.slice(0, maxChars))}…`;
  return kept.replaceAll(UNSEEN, escaped);
}

/** The same of every text in a value, names of fields included. */
export function allVisible<T>(value: T): T {
  const copy: T = JSON.parse(JSON.stringify(value), (_name, field: unknown) => {
    if (typeof field === 'string') return visible(field);
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
    return Object.fromEntries(Object.entries(field).map(([name, inner]) => [visible(name), inner]));
  });
  return copy;
}

/** Several lines of ours, colours included; whatever else a terminal would act on is shown. */
export function forTerminal(text: string): string {
  return text.replaceAll(COLOUR_OR_UNSEEN, (found) =>
    found === '\n' || found.length > 2 ? found : escaped(found),
  );
}

const COLOUR_OR_UNSEEN = new RegExp(`\u001B\\[[\\d;]*m|${UNSEEN.source}`, 'gu');

/** JSON of the same value for every reader, in which nothing acts on a terminal that shows it. */
export function plainJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? 'null';
  return json.replaceAll(UNSEEN, (found) =>
    found === '\n'
      ? found
      : Array.from({ length: found.length }, (_, i) => codeUnit(found.charCodeAt(i))).join(''),
  );
}

/** No name of anything in Vault needs these. Two of them are left: some languages join letters with them. */
export function hasUnseen(text: string): boolean {
  return text.replaceAll(/[\u200C\u200D]/g, '').search(UNSEEN) !== -1;
}

function escaped(found: string): string {
  const named = NAMED[found];
  if (named !== undefined) return named;
  return found.length === 1
    ? codeUnit(found.charCodeAt(0))
    : String.raw`\u{${found.codePointAt(0)?.toString(16)}}`;
}

function codeUnit(code: number): string {
  return String.raw`\u${code.toString(16).padStart(4, '0')}`;
}

/** A cut between the halves of a character leaves neither. */
function withoutHalf(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
