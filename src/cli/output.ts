import type { Command } from 'commander';
import { allVisible, forTerminal, plainJson, visible } from '../domain/foreign-text';
import { paletteFor } from './view/palette';
import type { Palette } from './view/palette';

export interface OutputFlags {
  json?: boolean;
}

/** Where a command's words go: the answer to stdout, everything beside it to stderr. */
export interface Output {
  readonly json: boolean;
  /** The answer, once: as JSON for programs, else as text for people. `shown` is the answer, safe to look at. */
  readonly answer: <T>(value: T, text: (shown: T, palette: Palette) => string) => void;
  /** What a person should see beside the answer, of the same form. */
  readonly show: <T>(value: T, text: (shown: T, palette: Palette) => string) => void;
  /** One line that a person should know beside the answer. */
  readonly note: (line: string) => void;
}

export function jsonOption(command: Command): Command {
  return command.option('--json', 'print JSON only; notes and progress go to stderr');
}

export function createOutput(flags: OutputFlags): Output {
  const json = flags.json ?? false;
  return {
    json,
    answer: (value, text) =>
      json
        ? printJson(value, 2)
        : print(process.stdout, text(allVisible(value), paletteFor(process.stdout, process.env))),
    show: (value, text) =>
      print(process.stderr, text(allVisible(value), paletteFor(process.stderr, process.env))),
    note,
  };
}

/** One line on stderr. */
export function note(line: string): void {
  print(process.stderr, paletteFor(process.stderr, process.env).dim(visible(line)));
}

/** An answer for programs. */
export function printJson(value: unknown, indent?: number): void {
  process.stdout.write(`${plainJson(value, indent)}\n`);
}

/** The last gate of whatever people read: no text goes to a terminal by another way. */
export function print(stream: { write(text: string): unknown }, text: string): void {
  stream.write(`${forTerminal(text)}\n`);
}
