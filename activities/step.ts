import type { Journal } from '../src/domain/journal';
import type { Timing } from '../src/domain/timing';

/** What every step of a job is given: who it works for, what to write down first, and how long to wait. */
export interface StepInput {
  journal: Journal;
  timing: Timing;
  /** Goes back with each word to the job, which believes no other. A job started by hand has none. */
  token?: string;
}
