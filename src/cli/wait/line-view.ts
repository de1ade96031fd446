import { visible } from '../../domain/foreign-text';
import { print } from '../output';
import { formatCount } from '../view/format';
import type { ProgressView } from './progress-view';

/** For logs: a line when something is new, and for every tenth of the way. */
export function lineView(stream: { write(text: string): unknown }): ProgressView {
  let last = '';
  return {
    show: ({ state, items, news }) => {
      const tenth = items ? Math.floor((items.done / items.total) * 10) : 0;
      const key = `${state}|${tenth}|${news}`;
      if (key === last) return;
      last = key;
      const counted = items && `${formatCount(items.done)} of ${formatCount(items.total)} items`;
      const words = [state, counted, news].filter(Boolean).join(', ');
      print(stream, `${new Date().toISOString().slice(0, 19)}Z ${visible(words)}`);
    },
    close: () => undefined,
  };
}
