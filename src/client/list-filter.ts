import { BadInputError } from './errors';

/** A longer or deeper condition is no person's. */
const MAX_CHARS = 20_000;
const MAX_DEPTH = 50;

/**
 * A condition that a person wrote, written anew from what was read of it: what comes out is one whole condition, and
 * nothing in it can end the brackets or the quotes that scope it. https://docs.temporal.io/list-filter
 * @throws BadInputError, which never quotes the condition
 */
export function oneCondition(text: string): string {
  if (text.length > MAX_CHARS) throw invalid(`it is longer than ${MAX_CHARS} characters`);
  const reader = new Reader(tokensOf(text));
  const condition = either(reader, 0);
  const rest = reader.peek();
  if (rest) throw rest.text === ')' ? invalid('a bracket closes that was not opened') : unexpected(rest);
  return condition;
}

/** A text as visibility queries take it. */
export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}

interface Token {
  /** `word`: a keyword or a column, as yet. */
  type: 'word' | 'column' | 'literal' | 'sign';
  /** As it is written anew. */
  text: string;
  at: number;
}

/** The same marks, in the same order, as Temporal's own parser of these has. */
const MARKS: readonly [RegExp, (text: string) => Omit<Token, 'at'> | undefined][] = [
  [/\s+/y, () => undefined],
  [/[A-Za-z_@][\w@]*/y, (text) => ({ type: 'word', text })],
  [/`(?:[^`]|``)+`/y, (text) => ({ type: 'column', text })],
  [/'(?:[^'\\]|\\.|'')*'/sy, (text) => ({ type: 'literal', text: quote(unquoted(text)) })],
  [/"(?:[^"\\]|\\.|"")*"/sy, (text) => ({ type: 'literal', text: quote(unquoted(text)) })],
  [/[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\w@.])/iy, (text) => ({ type: 'literal', text })],
  [/<=|>=|<>|!=|[=<>(),]/y, (text) => ({ type: 'sign', text })],
];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const [length, token] = markAt(text, at);
    if (token) tokens.push({ ...token, at });
    at += length;
  }
  return tokens;
}

function markAt(text: string, at: number): [length: number, token?: Omit<Token, 'at'> | undefined] {
  for (const [pattern, read] of MARKS) {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return [found.length, read(found)];
  }
  if (/['"`]/.test(text.charAt(at))) throw invalid(`the quote at character ${at + 1} is not closed`);
  throw invalid(`character ${at + 1} has no meaning in a condition`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001A',
};

/** What stands between the quotes: a doubled quote is one, and so is an escaped one. */
function unquoted(text: string): string {
  const delimiter = text.charAt(0);
  return text
    .slice(1, -1)
    .replaceAll(/\\(.)|(["'])\2/gs, (pair, escaped?: string, doubled?: string) =>
      escaped === undefined ? (doubled === delimiter ? doubled : pair) : (ESCAPES[escaped] ?? escaped),
    );
}

class Reader {
  #next = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  take(): Token {
    const token = this.peek();
    if (token === undefined) throw invalid('it ends in the middle of a condition');
    this.#next += 1;
    return token;
  }

  /** Takes the next one if it is this word or sign. */
  takes(wanted: string): boolean {
    const token = this.peek();
    const fits = token !== undefined && isWord(token, wanted);
    if (fits) this.#next += 1;
    return fits;
  }

  must(wanted: string): void {
    if (this.takes(wanted)) return;
    const token = this.peek();
    if (token === undefined && wanted === ')') throw invalid('a bracket is not closed');
    throw token ? unexpected(token) : invalid(`it ends where ${wanted} is needed`);
  }
}

function isWord({ type, text }: Token, wanted: string): boolean {
  return (type === 'word' || type === 'sign') && text.toUpperCase() === wanted;
}

function either(reader: Reader, depth: number): string {
  const parts = [both(reader, depth)];
  while (reader.takes('OR')) parts.push(both(reader, depth));
  return parts.join(' OR ');
}

function both(reader: Reader, depth: number): string {
  const parts = [single(reader, depth)];
  while (reader.takes('AND')) parts.push(single(reader, depth));
  return parts.join(' AND ');
}

function single(reader: Reader, depth: number): string {
  if (depth > MAX_DEPTH) throw invalid(`its brackets are more than ${MAX_DEPTH} deep`);
  if (reader.takes('NOT')) return `NOT ${single(reader, depth + 1)}`;
  if (!reader.takes('(')) return comparison(reader);
  const inner = either(reader, depth + 1);
  reader.must(')');
  return `(${inner})`;
}

const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>='];

function comparison(reader: Reader): string {
  const column = reader.take();
  if (column.type !== 'column' && (column.type !== 'word' || NO_COLUMN.has(column.text.toUpperCase())))
    throw unexpected(column);
  const operator = COMPARISONS.find((sign) => reader.takes(sign));
  if (operator !== undefined) return `${column.text} ${operator} ${literal(reader)}`;
  if (reader.takes('IS')) {
    const not = reader.takes('NOT') ? 'NOT ' : '';
    reader.must('NULL');
    return `${column.text} IS ${not}NULL`;
  }
  const not = reader.takes('NOT') ? 'NOT ' : '';
  if (reader.takes('STARTS_WITH')) return `${column.text} ${not}STARTS_WITH ${literal(reader)}`;
  if (reader.takes('BETWEEN')) {
    const from = literal(reader);
    reader.must('AND');
    return `${column.text} ${not}BETWEEN ${from} AND ${literal(reader)}`;
  }
  if (reader.takes('IN')) return `${column.text} ${not}IN ${literals(reader)}`;
  throw unexpected(reader.take());
}

/** Words of the language that Temporal's parser would not take for a column either. */
const NO_COLUMN = new Set(
  'AND OR NOT IN IS NULL BETWEEN SELECT UNION ORDER GROUP BY LIMIT HAVING INTO FOR TRUE FALSE LIKE'.split(
    ' ',
  ),
);

function literal(reader: Reader): string {
  const token = reader.take();
  const isTruth = isWord(token, 'TRUE') || isWord(token, 'FALSE');
  if (token.type === 'literal' || isTruth) return token.text;
  throw token.type === 'word'
    ? invalid(`the text at character ${token.at + 1} needs quotes`)
    : unexpected(token);
}

function literals(reader: Reader): string {
  reader.must('(');
  const list = [literal(reader)];
  while (reader.takes(',')) list.push(literal(reader));
  reader.must(')');
  return `(${list.join(', ')})`;
}

function unexpected({ type, text, at }: Token): BadInputError {
  if (type === 'word' && /^(order|group|limit|union|select|having|into|for)$/i.test(text))
    return invalid(
      `${text.toUpperCase()} is no condition, and the order and number of jobs are not its to say`,
    );
  return invalid(`it cannot be read from character ${at + 1} on`);
}

function invalid(problem: string): BadInputError {
  return new BadInputError(`The query is not valid: ${problem}`);
}
