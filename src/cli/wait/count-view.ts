import { SingleBar } from 'cli-progress';
import { visible } from '../../domain/foreign-text';
import { print } from '../output';
import { formatCount } from '../view/format';

/** Shows how many of a known number are done. Always on stderr. */
export interface CountView {
  show(done: number, words?: string): void;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** A bar on a terminal; elsewhere a line for every tenth of the way. */
export function countView(
  total: number,
  what: string,
  stream: NodeJS.WriteStream = process.stderr,
): CountView {
  return stream.isTTY ? barOf(total, what, stream) : linesOf(total, what, stream);
}

function barOf(total: number, what: string, stream: NodeJS.WriteStream): CountView {
  const bar = new SingleBar({
    stream,
    format: `{bar}  {value}/{total} ${what}  {words}`,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(total, 0, { words: '' });
  return {
    show: (done, words = '') => bar.update(done, { words: visible(words) }),
    close: () => bar.stop(),
  };
}

function linesOf(total: number, what: string, stream: NodeJS.WriteStream): CountView {
  let shown = -1;
  return {
    show: (done, words = '') => {
      const tenth = Math.floor((done / total) * 10);
      if (tenth === shown) return;
      shown = tenth;
      const counted = `${formatCount(done)} of ${formatCount(total)} ${what}`;
      print(stream, [counted, visible(words)].filter(Boolean).join(', '));
    },
    close: () => undefined,
  };
}
