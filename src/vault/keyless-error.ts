/**
 * Which of the requests before the token request failed. Holds what the library threw, whose fields hold tokens:
 * `tokenFault` reads it, and nothing else may.
 */
export class KeylessError extends Error {
  override readonly name = 'KeylessError';
  readonly stage: 'source' | 'iam';
  readonly fault: unknown;

  constructor(stage: KeylessError['stage'], fault: unknown) {
    super(stage === 'source' ? 'The source credential gave no token' : 'IAM signed no assertion');
    this.stage = stage;
    this.fault = fault;
  }
}
