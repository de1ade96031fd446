/** What a check saw. Nothing here is secret: findings are pasted into tickets. */
export type Finding =
  | { status: 'ok'; detail: string }
  /** `warn`: works, and a person should know all the same. */
  | { status: 'warn' | 'fail'; detail: string; advice: string }
  /** Could not be looked at, because of another finding. */
  | { status: 'skipped'; detail: string };

/** One line of `doctor`. Checks run side by side and change nothing. */
export interface Check {
  group: string;
  name: string;
  run(): Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warn = (detail: string, advice: string): Finding => ({ status: 'warn', detail, advice });
export const fail = (detail: string, advice: string): Finding => ({ status: 'fail', detail, advice });
export const skipped = (detail: string): Finding => ({ status: 'skipped', detail });

/** What the check needs is broken, and another line says so. */
export class NotCheckedError extends Error {
  override readonly name = 'NotCheckedError';
}

/** Made by whoever needs it first, and the same for all. */
export function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The same for those that cannot do without it, while one check of its own says what is wrong with it. */
export function needed<T>(get: () => Promise<T>, otherwise: string): () => Promise<T> {
  return () =>
    get().catch(() => {
      throw new NotCheckedError(otherwise);
    });
}
