import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { endWithUs } from '../../src/embedded/guarded';
import { ServerProcess } from '../../src/embedded/server-process';
import { interpolated, readComposeFile } from './compose-file';
import type { ComposeService } from './compose-file';

const BUILT_CLI = join(__dirname, '..', '..', 'dist', 'src', 'cli', 'main.js');

export interface ServiceChange {
  /** Instead of the service's own command. */
  command?: readonly string[];
  /** Over the service's own environment. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Runs services of `docker-compose.yml` as processes of this machine, with the entry point, command and environment
 * that stand there. Only what a container has of its own is replaced: hosts, ports and paths.
 */
export class ComposeHere {
  readonly #services = readComposeFile().services;
  readonly #places = new Map<string, string>([['dist/src/cli/main.js', BUILT_CLI]]);
  readonly #variables: Readonly<Record<string, string>>;

  /** `variables` are what an operator sets for compose. */
  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables;
  }

  /** What a text of the file is here. Replaces in the order in which they were named. */
  replace(inContainer: string, here: string): void {
    if (!JSON.stringify(this.#services).includes(inContainer))
      throw new Error(`docker-compose.yml says nothing of ${inContainer}`);
    this.#places.set(inContainer, here);
  }

  imageVersion(name: string): string {
    return /:v?(.+)$/.exec(this.#service(name).image ?? '')?.[1] ?? '';
  }

  environment(name: string): Record<string, string> {
    const given = Object.entries(this.#service(name).environment ?? {});
    return Object.fromEntries(given.map(([variable, value]) => [variable, this.#here(String(value))]));
  }

  /** Runs it to its end and answers what it printed. */
  async run(name: string, change: ServiceChange = {}): Promise<string> {
    const [program, ...args] = this.#commandLine(name, change);
    const env = { ...process.env, ...this.#isolated(name, change) };
    // Some of them wait in a loop: none may go on without us.
    const child = spawn(program ?? '', args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    endWithUs(child, { leadsGroup: true });
    const [stdout, stderr, [code]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, 'close'),
    ]);
    // What it printed is an answer too, of a command that finds something wrong.
    if (code !== 0)
      throw Object.assign(new Error(`${name} ended with exit code ${String(code)}:\n${stderr}`), { stdout });
    return stdout;
  }

  /** Starts it and leaves it running. */
  start(name: string, change: ServiceChange = {}, log?: (line: string) => void): Promise<ServerProcess> {
    const [program, ...args] = this.#commandLine(name, change);
    return ServerProcess.start(program ?? '', args, log, this.#isolated(name, change));
  }

  #commandLine(name: string, change: ServiceChange): string[] {
    const { entrypoint = [], command = [] } = this.#service(name);
    const words = typeof command === 'string' ? command.split(' ') : command;
    return [...entrypoint, ...(change.command ?? words)].map((text) => this.#here(text));
  }

  /** A container sees no settings of the person who runs the tests. */
  #isolated(name: string, { env }: ServiceChange): NodeJS.ProcessEnv {
    return {
      VAULT_JOBS_CONFIG: devNull,
      GOOGLE_APPLICATION_CREDENTIALS: '',
      NO_COLOR: '1',
      ...this.environment(name),
      ...env,
    };
  }

  #here(text: string): string {
    let here = interpolated(text, this.#variables);
    for (const [inContainer, place] of this.#places) here = here.replaceAll(inContainer, place);
    return here;
  }

  #service(name: string): ComposeService {
    const service = this.#services[name];
    if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
    return service;
  }
}
