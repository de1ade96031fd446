import * as admissionCensus from '../src/domain/admission-census';
import * as admissionEntry from '../src/domain/admission-entry';
import * as admissionMessages from '../src/domain/admission-messages';
import * as admissionQuotas from '../src/domain/admission-quotas';
import * as admissionState from '../src/domain/admission-state';
import * as cancelRequest from '../src/domain/cancel-request';
import * as jobRecord from '../src/domain/job-record';
import * as jobRequest from '../src/domain/job-request';
import * as ledgerEvent from '../src/domain/ledger-event';
import * as orphanScan from '../src/domain/orphan-scan';
import * as policy from '../src/domain/policy';
import * as query from '../src/domain/query';
import * as recalled from '../src/domain/recalled';
import * as scanAnswers from '../src/domain/scan-answers';
import * as stepAnswers from '../src/domain/step-answers';
import * as timing from '../src/domain/timing';

/**
 * All modules that jobs are made of are loaded once in a worker and not once a job: zod's alone take some two megabytes.
 * None of them may therefore keep a state of its own. The SDK freezes what is shared, down to the last object, but for
 * what is frozen already; a schema of zod's changes itself when it is first used, so the modules that export one are
 * frozen here, themselves and not what is in them.
 */
for (const shared of [
  admissionCensus,
  admissionEntry,
  admissionMessages,
  admissionQuotas,
  admissionState,
  cancelRequest,
  jobRecord,
  jobRequest,
  ledgerEvent,
  orphanScan,
  policy,
  query,
  recalled,
  scanAnswers,
  stepAnswers,
  timing,
]) {
  Object.freeze(shared);
}
