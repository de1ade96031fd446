import type { CancelReply } from '../activities/cancel-operation';
import { asksTheSame } from '../src/domain/cancel-request';
import type { CancelRequest } from '../src/domain/cancel-request';
import { KEPT_REQUESTS } from '../src/domain/job-record';
import type { CancelRecord } from '../src/domain/job-record';
import type { CancelDisposition } from '../src/domain/outcome';
import type { Proof } from '../src/domain/proof';
import type { Recalled } from '../src/domain/recalled';

/** Ids remembered to tell a repeat; a run takes 10,000 signals in its life. */
const REMEMBERED_IDS = 10_000;

/** Every wish to cancel, from whichever door, and what became of it. The first that stands drives. */
export class CancelIntake {
  /** The request that drives the cancel. */
  driving: CancelRequest | undefined;
  sentAt?: string;
  private first: CancelRequest | undefined;
  private latest: CancelRequest[] = [];
  private total = 0;
  /** By id: the request itself where it was skipped, to tell a repeat of it; of one that stands, that it does. */
  private readonly known = new Map<string, CancelRequest | 'STANDS'>();
  private deletionForbidden = false;
  private disposition: CancelDisposition = 'NOT_ASKED';
  private acceptedAt?: string;
  private confirmedAt?: string;
  private possiblyOurs = false;

  /**
   * Only a request that stands, or an identical one, is repeated: an id whose first use was skipped may be used again, and
   * a prohibition always counts.
   */
  isRepeat(request: CancelRequest): boolean {
    const known = this.known.get(request.requestId);
    if (known === undefined) return false;
    if (known !== 'STANDS') return asksTheSame(known, request);
    return request.allowDelete !== false || this.deletionForbidden;
  }

  /** A reset brings back a request without an id of its own: it is told by what it asks, and was judged then. */
  isKnownByContent(request: CancelRequest): boolean {
    return this.kept().some((known) => known.source === request.source && asksTheSame(known, request));
  }

  take(request: CancelRequest): void {
    const stands = !request.skipped && !request.afterEnd;
    if (this.known.size < REMEMBERED_IDS) this.known.set(request.requestId, stands ? 'STANDS' : request);
    this.total += 1;
    if (this.first === undefined) this.first = request;
    else this.latest = [...this.latest, request].slice(-KEPT_REQUESTS);
    if (request.allowDelete === false) this.deletionForbidden = true;
    if (this.driving === undefined && stands) {
      this.driving = request;
      this.disposition = 'PENDING';
    }
  }

  /** What earlier runs were asked comes before what this one was; neither overrules the other's facts. */
  takeUp({ requests, requestsTotal, deletionForbidden, cancelSentAt, cancelAnswer }: Recalled): void {
    const own = this.kept();
    this.first = undefined;
    this.driving = undefined;
    this.latest = [];
    requests.forEach((request) => this.take(request));
    this.total = requestsTotal;
    const ids = new Set(requests.map(({ requestId }) => requestId));
    own.filter(({ requestId }) => !ids.has(requestId)).forEach((request) => this.take(request));
    if (deletionForbidden) this.deletionForbidden = true;
    if (cancelSentAt !== undefined) this.sentAt = cancelSentAt;
    if (cancelAnswer?.acceptedAt !== undefined) this.acceptedAt ??= cancelAnswer.acceptedAt;
    if (cancelAnswer) this.settle(cancelAnswer.disposition);
  }

  /** What was found out about a request later: who asked, and why. */
  explain(requestId: string, words: Partial<Pick<CancelRequest, 'requestedBy' | 'reason'>>): void {
    const explained = (request: CancelRequest) =>
      request.requestId === requestId ? { ...request, ...words } : request;
    if (this.first) this.first = explained(this.first);
    if (this.driving) this.driving = explained(this.driving);
    this.latest = this.latest.map(explained);
  }

  get asked(): boolean {
    return this.driving !== undefined;
  }

  /** Sent, and not refused: it may yet end what it was sent to, or have done so. */
  get isOutstanding(): boolean {
    if (this.sentAt === undefined) return false;
    return this.disposition !== 'UNSUPPORTED' && this.disposition !== 'REFUSED';
  }

  get mayDelete(): boolean {
    return !this.deletionForbidden;
  }

  sending(at: string): void {
    this.sentAt ??= at;
    // A link came after all: until that is answered, nothing more is known.
    if (this.disposition === 'NO_OPERATION') this.disposition = 'PENDING';
  }

  /** ACCEPTED sticks: whatever a repeat is told, the server did take the request once. */
  answered(reply: Pick<CancelReply, 'type' | 'answeredAt' | 'possiblyOurs'>): void {
    if (reply.possiblyOurs) this.possiblyOurs = true;
    if (reply.type === 'ACCEPTED') this.acceptedAt ??= reply.answeredAt;
    this.settle(reply.type);
  }

  settle(disposition: CancelDisposition): void {
    if (this.disposition !== 'ACCEPTED') this.disposition = disposition;
  }

  /** A reading has proved the end. A request that was never sent came too late to be needed. */
  confirmed(at: string, proof: Proof): void {
    if (!this.asked || proof.type === 'LAST_LIMIT' || proof.type === 'START_UNKNOWN') return;
    this.confirmedAt = at;
    if (proof.type === 'NEVER_CREATED') this.settle('NOT_NEEDED');
    else if (this.disposition === 'PENDING' && this.sentAt === undefined) this.settle('ALREADY_FINISHED');
  }

  record(): CancelRecord {
    return {
      disposition: this.disposition,
      requests: this.kept(),
      requestsTotal: this.total,
      ...(this.sentAt !== undefined && { sentAt: this.sentAt }),
      ...(this.acceptedAt !== undefined && { acceptedAt: this.acceptedAt }),
      ...(this.confirmedAt !== undefined && { confirmedAt: this.confirmedAt }),
      ...(this.possiblyOurs && this.disposition !== 'ACCEPTED' && { possiblyOurs: true }),
    };
  }

  private kept(): CancelRequest[] {
    return this.first === undefined ? [] : [this.first, ...this.latest];
  }
}
