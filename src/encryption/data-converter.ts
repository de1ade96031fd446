import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './encryption-codec';
import type { Unreadable } from './encryption-codec';
import type { KeyRing } from './key-ring';

/** How payloads and failures are written inside a workflow; its bundle is built around these files. */
export interface WorkflowConverterPaths {
  payloadConverterPath: string;
  failureConverterPath?: string;
}

export function workflowConverterPaths(options: { encrypted: boolean }): WorkflowConverterPaths {
  return {
    payloadConverterPath: require.resolve('../../workflows/lenient-payload-converter'),
    ...(options.encrypted && {
      failureConverterPath: require.resolve('../../workflows/encoding-failure-converter'),
    }),
  };
}

/** For workers. Without keys nothing is encrypted, and what is encrypted waits for a worker that has the key. */
export function workerDataConverter(
  keys: KeyRing | undefined,
  report?: (unreadable: Unreadable) => void,
): DataConverter {
  return { ...workflowConverterPaths({ encrypted: keys !== undefined }), ...codecsOf(keys, report) };
}

/** For clients: commands, other services, and what an activity sends to a workflow. */
export function clientDataConverter(keys: KeyRing | undefined): DataConverter {
  return { payloadConverterPath: require.resolve('./client-payload-converter'), ...codecsOf(keys) };
}

function codecsOf(
  keys: KeyRing | undefined,
  report?: (unreadable: Unreadable) => void,
): Pick<DataConverter, 'payloadCodecs'> {
  return keys === undefined ? {} : { payloadCodecs: [encryptionCodec(keys, { report })] };
}
