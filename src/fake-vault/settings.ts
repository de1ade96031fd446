import { z } from 'zod';
import { QUOTA_POOL_NAMES, RUNNING_EXPORTS_LIMIT, type QuotaPool } from '../domain/vault-quota';
import { cancelSchema } from './script/behaviour';
import { RPC_STATUSES } from './wire/rpc-status';

const duration = z.number().min(0);

const limitsSchema = z.strictObject({
  /** Exports in progress in the organisation; null for no limit. */
  runningExports: z.number().int().min(0).nullable().optional(),
  /** How the limit above is answered; which HTTP status Vault uses is not known. */
  runningExportsError: z
    .strictObject({
      status: z.enum(RPC_STATUSES).optional(),
      httpStatus: z.number().int().min(400).max(599).optional(),
      reason: z.string().optional(),
    })
    .optional(),
  /** Whether the per-minute quotas count. */
  perMinute: z.boolean().optional(),
  /** How long a minute is. */
  windowMs: z.number().positive().optional(),
  /** Multiplies every per-minute quota. */
  factor: z.number().positive().optional(),
  /** Sets single quotas, in units a minute; the factor does not apply to them. */
  pools: z.partialRecord(z.enum(QUOTA_POOL_NAMES), z.number().int().min(0)).optional(),
  /** Whether a 429 carries a RetryInfo. */
  retryInfo: z.boolean().optional(),
});

export const limitsChoiceSchema = z.union([z.enum(['documented', 'off']), limitsSchema]);

export type LimitsChoice = z.input<typeof limitsChoiceSchema>;

const durationsSchema = z.strictObject({
  exportMs: duration.optional(),
  countMs: duration.optional(),
  cancelMs: duration.optional(),
  /** After the parent's end. */
  childMs: duration.optional(),
});

export const settingsPatchSchema = z.strictObject({
  limits: limitsChoiceSchema.optional(),
  linkMode: z.enum(['documented', 'linked']).optional(),
  operationsList: z.enum(['served', 'unimplemented']).optional(),
  durations: durationsSchema.optional(),
  /** What a cancel does where no behaviour says anything else. */
  cancel: cancelSchema.optional(),
  /** What cancelling a finished operation is answered with. */
  cancelFinished: z.enum(['failed-precondition', 'ok']).optional(),
  listOrder: z.enum(['oldest-first', 'newest-first']).optional(),
  /** `circles`: the last page of a list leads back to the first. */
  listEnd: z.enum(['ends', 'circles']).optional(),
  /** How long a page token is good for. */
  pageTokenLifetimeMs: duration.optional(),
  tokenLifetimeSeconds: z.number().int().min(1).optional(),
  /** Scopes that the Admin console allows this service account to ask for. */
  delegatedScopes: z.array(z.string()).optional(),
  /** Users of the domain; null for everybody whose address is in it. */
  users: z.array(z.string()).nullable().optional(),
});

/** What may be set at the start, and changed later through the control plane. */
export type SettingsPatch = z.input<typeof settingsPatchSchema>;

export interface Limits {
  runningExports: number | null;
  runningExportsError: NonNullable<z.output<typeof limitsSchema>['runningExportsError']>;
  perMinute: boolean;
  windowMs: number;
  factor: number;
  pools: Partial<Record<QuotaPool, number | undefined>>;
  retryInfo: boolean;
}

type Durations = { [K in keyof z.output<typeof durationsSchema>]-?: number };

type Plain = {
  [K in keyof z.output<typeof settingsPatchSchema>]-?: Exclude<
    z.output<typeof settingsPatchSchema>[K],
    undefined
  >;
};

export type Settings = Omit<Plain, 'limits' | 'durations'> & { limits: Limits; durations: Durations };

const DOCUMENTED_LIMITS: Limits = {
  runningExports: RUNNING_EXPORTS_LIMIT,
  runningExportsError: {},
  perMinute: true,
  windowMs: 60_000,
  factor: 1,
  pools: {},
  retryInfo: false,
};

export function defaultSettings(): Settings {
  return {
    limits: DOCUMENTED_LIMITS,
    linkMode: 'documented',
    operationsList: 'served',
    durations: { exportMs: 60_000, countMs: 5_000, cancelMs: 2_000, childMs: 30_000 },
    cancel: { kind: 'honoured' },
    cancelFinished: 'failed-precondition',
    listOrder: 'oldest-first',
    listEnd: 'ends',
    pageTokenLifetimeMs: 24 * 60 * 60 * 1000,
    tokenLifetimeSeconds: 3600,
    delegatedScopes: [
      'https://www.googleapis.com/auth/ediscovery',
      'https://www.googleapis.com/auth/ediscovery.readonly',
      'https://www.googleapis.com/auth/devstorage.read_only',
    ],
    users: null,
  };
}

/** Changes settings in place: every part of the fake holds the same object. */
export function patchSettings(settings: Settings, patch: SettingsPatch): void {
  const { limits, durations, ...plain } = settingsPatchSchema.parse(patch);
  if (limits !== undefined) settings.limits = limitsOf(settings.limits, limits);
  Object.assign(settings.durations, withoutUndefined(durations ?? {}));
  Object.assign(settings, withoutUndefined(plain));
}

function limitsOf(current: Limits, choice: z.output<typeof limitsChoiceSchema>): Limits {
  if (choice === 'documented') return DOCUMENTED_LIMITS;
  if (choice === 'off') return { ...current, runningExports: null, perMinute: false };
  return { ...current, ...withoutUndefined(choice) };
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
