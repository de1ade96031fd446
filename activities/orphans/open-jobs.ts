import type { JobState } from '../../src/domain/outcome';
import { JOB_STATES } from '../../src/domain/outcome';

/** As the ledger has them: also of a job that was terminated, which wrote no end. Only Temporal can tell. */
export const OPEN_STATES: JobState[] = JOB_STATES.filter((state) => state !== 'ENDED');
