import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { readNamedFile } from './named-file';
import type { Environment } from './setting-sources';

/**
 * Temporal's own configuration: TEMPORAL_* variables over a profile in its TOML file. `profile` is the one that
 * our own configuration names; anything but a text is reported where that is checked.
 */
export function loadTemporalProfile(
  env: Environment,
  problems: string[],
  profile?: unknown,
): ClientConnectConfig {
  const variables = withoutEmptyTemporal(env);
  if (typeof profile === 'string') variables.TEMPORAL_PROFILE ??= profile;
  problems.push(...pitfalls(variables));
  const file = variables.TEMPORAL_CONFIG_FILE;
  const read = file === undefined ? undefined : readNamedFile(file);
  // The SDK would wait for a pipe, and read anything to its end.
  const disableFile = read !== undefined && 'problem' in read;
  if (disableFile) problems.push(`TEMPORAL_CONFIG_FILE: names a file that ${read.problem}`);
  try {
    return loadClientConnectConfig({ overrideEnvVars: variables, disableFile });
  } catch (error) {
    // The SDK stumbles over a file without any profile, for example an empty one that is to shield from another.
    if (error instanceof TypeError && variables.TEMPORAL_PROFILE === undefined)
      return loadClientConnectConfig({ overrideEnvVars: variables, disableFile: true });
    // Parsers name what they choke on, file and line included; none of it is a query.
    problems.push(`Temporal's configuration cannot be read: ${firstLine(error)}`);
    return { connectionOptions: {} };
  }
}

/**
 * An empty variable is no setting, but the SDK takes it for one: an empty TEMPORAL_API_KEY turns TLS on, an
 * empty TEMPORAL_TLS turns it off, an empty certificate path crashes.
 */
function withoutEmptyTemporal(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !(entry[1] === '' && entry[0].startsWith('TEMPORAL_')),
    ),
  );
}

/** What the SDK would take in silence for something else than was meant. */
function pitfalls({ TEMPORAL_TLS: tls }: Record<string, string>): string[] {
  return tls === undefined || /^(1|0|true|false)$/.test(tls) ? [] : ['TEMPORAL_TLS: must be true or false'];
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : 'unreadable';
}
