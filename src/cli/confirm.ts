import { createInterface } from 'node:readline/promises';
import { BadInputError } from '../client';
import { print } from './output';

export function refuseWhereNobodyCanBeAsked(): void {
  if (process.stdin.isTTY) return;
  throw new BadInputError('Nobody can be asked here, since input is no terminal: say it with --yes');
}

/** Asks a person, on stderr: stdout is for the answer. Where nobody can be asked, `--yes` has to say it. */
export async function confirm(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true;
  refuseWhereNobodyCanBeAsked();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const given = new AbortController();
  // Ctrl-C and Ctrl-D close the line without an answer: that is a no.
  terminal.once('close', () => given.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: given.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!given.signal.aborted) throw error;
    print(process.stderr, '');
    return false;
  } finally {
    terminal.close();
  }
}
