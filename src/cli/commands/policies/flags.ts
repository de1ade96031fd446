import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { BadInputError } from '../../../client';
import type { SettingFlags } from '../../../config/setting-sources';
import type { Policy } from '../../../domain/policy';
import { readPolicies } from '../../../policies/policies-file';
import { taskQueueOption, temporalOptions } from '../../connection-options';
import { jsonOption } from '../../output';
import type { OutputFlags } from '../../output';

export type PolicyFlags = SettingFlags & OutputFlags;

/** A deployment's policies are apart from those of another, by its task queue. */
export function policyOptions(command: Command): Command {
  return taskQueueOption(temporalOptions(jsonOption(command)));
}

/** `-` is stdin. */
export function policiesIn(path: string): Policy[] {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch {
    throw new BadInputError('The policies file cannot be read: check its path and its permissions');
  }
  return readPolicies(text);
}
