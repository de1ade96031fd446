import fc from 'fast-check';
import { allVisible, forTerminal, plainJson, visible } from '../../src/domain/foreign-text';

const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
// oxlint-disable-next-line eslint/no-control-regex
const COLOUR = new RegExp('\\u001B\\[[\\d;]*m', 'g');
/** Any text at all: control characters, halves of characters, and what turns the direction of writing. */
const anything = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
  .map((codes) => String.fromCharCode(...codes));

it('no text acts on a terminal, and none is longer than what people read', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(visible(text)).not.toMatch(ACTS);
      expect(forTerminal(text).replaceAll('\n', '').replaceAll(COLOUR, '')).not.toMatch(ACTS);
    }),
    { numRuns: 500 },
  );
  const long = visible('x'.repeat(1_000_000));
  expect([long.length, long.at(-1)]).toEqual([1001, '…']);
  expect(visible(`${'x'.repeat(999)}👩`)).toBe(`${'x'.repeat(999)}…`);
});

it('JSON is exact, and acts on no terminal', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const value = { [text]: [text, { text }] };
      expect(plainJson(value)).not.toMatch(ACTS);
      expect(JSON.parse(plainJson(value, 2))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

it('what can be seen stays as it is, names of fields included', () => {
  const value = { 'größe 合併 👩': ['it’s "so" \\ `here`', 1, null, true] };
  expect(allVisible(value)).toEqual(value);
  expect(allVisible({ 'a\u202Eb': '\u001B' })).toEqual({ 'a\\u202eb': '\\u001b' });
});
