import type { Place, SettingFlags } from './place';
import { SECTION_PLACES } from './sections';

export type { SettingFlags } from './place';

export type Environment = Readonly<Record<string, string | undefined>>;

const PLACES: readonly Place[] = [
  { path: ['temporal', 'address'], flag: 'address', variable: 'TEMPORAL_ADDRESS' },
  { path: ['temporal', 'namespace'], flag: 'namespace', variable: 'TEMPORAL_NAMESPACE' },
  { path: ['temporal', 'profile'], variable: 'TEMPORAL_PROFILE' },
  { path: ['taskQueue'], flag: 'taskQueue', variable: 'VAULT_JOBS_TASK_QUEUE' },
  { path: ['ledger'], flag: 'ledger', variable: 'VAULT_JOBS_LEDGER' },
  ...SECTION_PLACES,
];

/** Of the tenant `default`, whether or not a file names it. */
const TENANT_PLACES: readonly Place[] = [
  { path: ['subject'], flag: 'subject', variable: 'VAULT_SUBJECT' },
  {
    path: ['credential'],
    flag: 'keyFile',
    variable: 'VAULT_KEY_FILE',
    read: (path) => ({ type: 'key-file', path }),
  },
  {
    path: ['credential'],
    flag: 'serviceAccount',
    variable: 'VAULT_SERVICE_ACCOUNT',
    read: (serviceAccount) => ({ type: 'keyless', serviceAccount }),
  },
  { path: ['rootUrl'], flag: 'rootUrl', variable: 'VAULT_ROOT_URL' },
  { path: ['storageUrl'], flag: 'storageUrl', variable: 'VAULT_STORAGE_URL' },
  { path: ['tokenUrl'], variable: 'VAULT_TOKEN_URL' },
  { path: ['iamUrl'], variable: 'VAULT_IAM_URL' },
  { path: ['allowHttp'], variable: 'VAULT_ALLOW_HTTP', read: yesOrNo },
];

/** Anything else stays the text that it is, and is refused as such. */
function yesOrNo(text: string): unknown {
  return { true: true, false: false }[text] ?? text;
}

/** A value that overrides the file, and who said it. */
export interface Override {
  place: Place;
  value: unknown;
  source: string;
  by: 'flag' | 'variable';
}

export function generalOverrides(flags: SettingFlags, env: Environment): Override[] {
  return PLACES.flatMap((place) => overrideAt(place, flags, env) ?? []);
}

export function tenantOverrides(flags: SettingFlags, env: Environment): Override[] {
  return TENANT_PLACES.flatMap((place) => overrideAt(place, flags, env) ?? []);
}

/** What a missing setting would be set with. */
export function variableFor(path: readonly (string | number)[]): string | undefined {
  const wanted = path.join('.');
  const places = [
    ...PLACES,
    ...TENANT_PLACES.map((place) => ({ ...place, path: ['tenants', 0, ...place.path] })),
  ];
  return places.find((place) => place.path.join('.') === wanted)?.variable;
}

/** The flag, else the variable. An empty variable counts as absent: compose files write `${X:-}`. */
function overrideAt(place: Place, flags: SettingFlags, env: Environment): Override | undefined {
  const { flag, variable, read = (text: string) => text } = place;
  const given = flag && flags[flag];
  if (flag !== undefined && given !== undefined)
    return { place, value: read(given), source: flagName(flag), by: 'flag' };
  const set = env[variable];
  return set === undefined || set === ''
    ? undefined
    : { place, value: read(set), source: variable, by: 'variable' };
}

function flagName(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
