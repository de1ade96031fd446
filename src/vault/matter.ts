import { z } from 'zod';
import { enumText, idText, knownOr, listOf, optionalText, textOrAbsent, withoutAbsent } from './wire';

export interface Matter {
  matterId: string;
  name: string;
  /** `UNKNOWN` stands for a value this version does not know; `rawState` keeps it. */
  state: 'OPEN' | 'CLOSED' | 'DELETED' | 'UNKNOWN';
  rawState: string;
}

export interface MatterPage {
  matters: Matter[];
  nextPageToken?: string;
}

export const matterSchema = z
  .object({ matterId: idText, name: textOrAbsent, state: enumText })
  .transform(({ matterId, name, state }): Matter => {
    const rawState = state ?? 'STATE_UNSPECIFIED';
    return { matterId, name: name ?? '', state: knownOr(['OPEN', 'CLOSED', 'DELETED'], rawState), rawState };
  });

export const matterPageSchema = z
  .object({ matters: listOf(matterSchema), nextPageToken: optionalText })
  .transform((page): MatterPage => withoutAbsent(page));
