import { formatDuration } from '../domain/duration';
import { visible } from '../domain/foreign-text';

/** Where progress goes: `process.stderr`, or a test's own collector. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const LIVE_EVERY_MS = 1000;
const PLAIN_EVERY_MS = 15_000;

/** Says what is going on and since when: one live line on a terminal, a plain line now and then in a log. */
export class ProgressLine {
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #output: ProgressOutput;
  readonly #text: string;

  constructor(output: ProgressOutput, text: string) {
    this.#output = output;
    this.#text = text;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), output.isTTY ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#output.isTTY) this.#output.write('\r\u001B[2K');
  }

  #draw(): void {
    const shown = visible(`${this.#text} (${formatDuration(Date.now() - this.#startedAt)})`);
    this.#output.write(this.#output.isTTY ? `\r\u001B[2K${shown}` : `${shown}\n`);
  }
}
