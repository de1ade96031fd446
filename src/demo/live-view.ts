import { paintOutcome, paintState, paletteFor } from '../cli/view/palette';
import type { Palette } from '../cli/view/palette';
import { formatDuration } from '../domain/duration';
import { forTerminal, visible } from '../domain/foreign-text';
import type { Board, BoardRow } from './board';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const TITLE_WIDTH = 34;
const STATE_WIDTH = 26;
const DISPOSITION_WIDTH = 16;

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_BELOW = '\u001B[0J';

/** Shows the board while it changes; `stop` leaves the screen to the report. */
export interface LiveView {
  stop(): void;
}

/** A table that updates in place on a terminal large enough for it, else one plain line for each change. */
export function showLive(board: Board, stream: NodeJS.WriteStream): LiveView {
  const height = board.rows.length + 6;
  const fits = stream.isTTY && process.env.TERM !== 'dumb' && stream.rows > height && stream.columns >= 70;
  return fits ? drawInPlace(board, stream) : printChanges(board, stream);
}

function drawInPlace(board: Board, stream: NodeJS.WriteStream): LiveView {
  const palette = paletteFor(stream, process.env);
  let drawn = 0;
  const draw = () => {
    const lines = frame(board, palette, stream.columns);
    stream.write(
      `${goUp(drawn)}${lines.map((line) => `${forTerminal(line)}\u001B[K\n`).join('')}${CLEAR_BELOW}`,
    );
    drawn = lines.length;
  };
  // Also where an error or a second Ctrl-C ends the process: a shell without a cursor is a nuisance.
  const showCursor = () => stream.write(SHOW_CURSOR);
  process.once('exit', showCursor);
  stream.write(HIDE_CURSOR);
  draw();
  const timer = setInterval(draw, FRAME_MS);
  return {
    stop: () => {
      clearInterval(timer);
      stream.write(`${goUp(drawn)}${CLEAR_BELOW}`);
      showCursor();
      process.off('exit', showCursor);
    },
  };
}

function goUp(lines: number): string {
  return lines === 0 ? '' : `\u001B[${lines}A\r`;
}

function frame(board: Board, palette: Palette, columns: number): string[] {
  const spinner = FRAMES[Math.floor(Date.now() / FRAME_MS) % FRAMES.length] ?? '';
  const ui = board.uiUrl === '' ? '' : `   Temporal UI ${board.uiUrl}`;
  return [
    `${palette.bold('vault-jobs demo')}  ${palette.dim(`${since(board.startedAtMs)}${ui}`)}`,
    palette.dim(
      'Every way a cancel of a Vault job can end, on a fake Vault; each is checked against its log.'.slice(
        0,
        columns - 1,
      ),
    ),
    '',
    ...board.rows.map((row) => rowLine(row, spinner, palette, columns)),
    '',
    palette.dim(board.headline.slice(0, columns - 1)),
  ];
}

function rowLine(row: BoardRow, spinner: string, palette: Palette, columns: number): string {
  const title = row.scenario.title.slice(0, TITLE_WIDTH).padEnd(TITLE_WIDTH);
  if (row.startedAtMs === undefined) return palette.dim(`· ${title}`);
  const took = since(row.startedAtMs, row.endedAtMs).padStart(6);
  const { outcome, cancel } = row.record ?? {};
  const wide = columns >= 2 + TITLE_WIDTH + STATE_WIDTH + DISPOSITION_WIDTH + 6;
  const disposition = wide ? (cancel?.disposition ?? '').padEnd(DISPOSITION_WIDTH) : '';
  if (outcome !== undefined) {
    const text = paintOutcome(outcome, palette) + ' '.repeat(STATE_WIDTH - outcome.length);
    return `${palette.good('✓')} ${title}${text}${palette.dim(disposition)}${palette.dim(took)}`;
  }
  if (row.endedAtMs !== undefined) return `${palette.bad('✗')} ${title}${palette.bad('did not end')}`;
  const state = row.state ?? 'QUEUED';
  const text = paintState(state, palette) + ' '.repeat(STATE_WIDTH - state.length);
  return `${palette.busy(spinner)} ${title}${text}${disposition}${palette.dim(took)}`;
}

function printChanges(board: Board, stream: NodeJS.WriteStream): LiveView {
  const said = new Map<string, string>();
  const say = (key: string, line: string) => {
    if (line === '' || said.get(key) === line) return;
    said.set(key, line);
    stream.write(`${since(board.startedAtMs).padStart(4)}  ${visible(line)}\n`);
  };
  const look = () => {
    say('ui', board.uiUrl && `Temporal UI ${board.uiUrl}`);
    say('headline', board.headline);
    for (const { jobId, state, record } of board.rows) {
      const end = record && `${record.outcome} / ${record.cancel.disposition}`;
      if (state !== undefined) say(jobId, `${jobId}: ${end ?? state}`);
    }
  };
  const timer = setInterval(look, FRAME_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
    },
  };
}

function since(fromMs: number, toMs = Date.now()): string {
  return formatDuration(toMs - fromMs);
}
