import { readFileSync } from 'node:fs';

/** For a container: a secret is mounted as a file, and no shell is needed to put it into a variable. */
export const PASSWORD_FILE = 'VAULT_JOBS_LEDGER_PASSWORD_FILE';

/** The URL with the password from the file that the variable names, unless it has one of its own. */
export function withPassword(url: string, file: string | undefined): string {
  const parsed = new URL(url);
  if (!file || parsed.password !== '' || parsed.username === '') return url;
  parsed.password = encodeURIComponent(readFileSync(file, 'utf8').trim());
  return parsed.href;
}
