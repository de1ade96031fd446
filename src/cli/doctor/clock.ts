import { formatDuration } from '../../domain/duration';
import { fail, ok, skipped, warn } from './check';
import type { Finding } from './check';

/** The header counts in whole seconds, and an answer takes its time. */
const NOTICEABLE_MS = 30_000;
/** Google refuses assertions that are issued in the future or long ago; where exactly is not documented. */
const HARMFUL_MS = 5 * 60_000;

/** Compares this machine's clock with the `Date` of the answers that pass by. */
export class ClockObserver {
  /** Positive where this machine is ahead. */
  skewMs: number | undefined;
  readonly fetch: typeof fetch;

  constructor(fetchImpl: typeof fetch) {
    this.fetch = async (input, init) => {
      const sentAt = Date.now();
      const response = await fetchImpl(input, init);
      const servers = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(servers)) this.skewMs = (sentAt + Date.now()) / 2 - servers;
      return response;
    };
  }
}

export function judgeClock(skewMs: number | undefined): Finding {
  if (skewMs === undefined) return skipped('no server answered with a date');
  const size = Math.abs(skewMs);
  if (size < NOTICEABLE_MS) return ok('within half a minute of the server');
  const detail = `${formatDuration(size)} ${skewMs > 0 ? 'ahead of' : 'behind'} the server`;
  const advice = 'set the clock of this machine by NTP (timedatectl set-ntp true): tokens are refused by it';
  return size < HARMFUL_MS ? warn(detail, advice) : fail(detail, advice);
}
