import { visible } from './foreign-text';

const MAX_CHARS = 300;

/**
 * What somebody else wrote, in a page or a summary of Temporal's UI. Between these marks nothing is markup, and no
 * address becomes a link; escaping alone would not do for addresses, which are found after escapes are taken away.
 */
export function code(text: string): string {
  const shown = visible(text, MAX_CHARS).replaceAll('`', "'").replaceAll('|', '¦').trim();
  return shown === '' ? '' : `\`${shown}\``;
}
