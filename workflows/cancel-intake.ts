import type { CancelReply } from '../activities/cancel-operation';
import type { CancelRequest } from '../src/domain/cancel-request';
import { KEPT_REQUESTS } from '../src/domain/job-record';
import type { CancelRecord } from '../src/domain/job-record';
import type { CancelDisposition } from '../src/domain/outcome';
import type { Proof } from '../src/domain/proof';

/** Ids remembered to tell a repeat; a run takes 10,000 signals in its life. */
const REMEMBERED_IDS = 10_000;

/** Every wish to cancel, from whichever door, and what became of it. The first that stands drives. */
export class CancelIntake {
  /** The request that drives the cancel. */
  driving?: CancelRequest;
  sentAt?: string;
  private first?: CancelRequest;
  private latest: CancelRequest[] = [];
  private total = 0;
  private readonly seenIds = new Set<string>();
  private deletionForbidden = false;
  private disposition: CancelDisposition = 'NOT_ASKED';
  private acceptedAt?: string;
  private confirmedAt?: string;

  isRepeat(request: CancelRequest): boolean {
    return this.seenIds.has(request.requestId);
  }

  take(request: CancelRequest): void {
    if (this.seenIds.size < REMEMBERED_IDS) this.seenIds.add(request.requestId);
    this.total += 1;
    if (this.first === undefined) this.first = request;
    else this.latest = [...this.latest, request].slice(-KEPT_REQUESTS);
    if (request.allowDelete === false) this.deletionForbidden = true;
    if (this.driving === undefined && !request.skipped && !request.afterEnd) {
      this.driving = request;
      this.disposition = 'PENDING';
    }
  }

  get asked(): boolean {
    return this.driving !== undefined;
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
  answered(reply: Pick<CancelReply, 'type' | 'answeredAt'>): void {
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
      requests: this.first === undefined ? [] : [this.first, ...this.latest],
      requestsTotal: this.total,
      ...(this.sentAt !== undefined && { sentAt: this.sentAt }),
      ...(this.acceptedAt !== undefined && { acceptedAt: this.acceptedAt }),
      ...(this.confirmedAt !== undefined && { confirmedAt: this.confirmedAt }),
    };
  }
}
