import type { Command } from 'commander';
import { BadInputError } from '../../../client';
import { readNamedFile } from '../../../config/named-file';
import { MAX_YAML_BYTES } from '../../../config/yaml-file';
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
  const read = readNamedFile(path === '-' ? 0 : path, MAX_YAML_BYTES);
  if ('problem' in read) throw new BadInputError(`The policies file ${read.problem}`);
  return readPolicies(read.text);
}
