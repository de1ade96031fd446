import type { z } from 'zod';
import type { JsonObject } from '../domain/json';
import type { VaultCredential } from './credential';
import { downloadObject, type ObjectDownload } from './download';
import { exportPageSchema, exportSchema, type ExportPage, type VaultExport } from './export';
import { matterPageSchema, matterSchema, type Matter, type MatterPage } from './matter';
import { METHODS, type Method } from './method';
import { operationPageSchema, operationSchema, type OperationPage, type VaultOperation } from './operation';
import { createTransport, type RequestParts } from './transport';
import type { CallOptions, VaultClientConfig } from './vault-client-config';
import { about, decode, emptySchema } from './wire';

export interface PageRequest {
  pageToken?: string;
  pageSize?: number;
}

export interface CreateExportBody {
  name: string;
  query: JsonObject;
  exportOptions?: JsonObject;
}

export interface CountBody {
  query: JsonObject;
  view?: 'TOTAL_COUNT' | 'ALL';
}

/** Each method is one HTTP request, never repeated; each failure is a VaultError. */
export interface VaultClient {
  /** Not idempotent: names are not unique. */
  createMatter(input: { name: string; description?: string }, call?: CallOptions): Promise<Matter>;
  getMatter(matterId: string, call?: CallOptions): Promise<Matter>;
  listMatters(
    page?: PageRequest & { state?: 'OPEN' | 'CLOSED' | 'DELETED' },
    call?: CallOptions,
  ): Promise<MatterPage>;
  /** Not idempotent: after a failure whose `requestSent` is not false, look before asking again. */
  createExport(matterId: string, body: CreateExportBody, call?: CallOptions): Promise<VaultExport>;
  getExport(matterId: string, exportId: string, call?: CallOptions): Promise<VaultExport>;
  listExports(matterId: string, page?: PageRequest, call?: CallOptions): Promise<ExportPage>;
  /** Also deletes a finished export: Vault has no precondition to guard it with. */
  deleteExport(matterId: string, exportId: string, call?: CallOptions): Promise<void>;
  /** Not idempotent: each call starts another operation. */
  countArtifacts(matterId: string, body: CountBody, call?: CallOptions): Promise<VaultOperation>;
  getOperation(name: string, call?: CallOptions): Promise<VaultOperation>;
  /** A server may not have it, and answers UNIMPLEMENTED. */
  listOperations(page?: PageRequest & { filter?: string }, call?: CallOptions): Promise<OperationPage>;
  /** A success means that the request was taken, not that anything was cancelled. */
  cancelOperation(name: string, call?: CallOptions): Promise<void>;
  /** Forgets the operation; it does not stop it. */
  deleteOperation(name: string, call?: CallOptions): Promise<void>;
  downloadObject(bucketName: string, objectName: string, call?: CallOptions): Promise<ObjectDownload>;
}

/** The client for one Vault, as the credential's principal. */
export function createVaultClient(config: VaultClientConfig, credential: VaultCredential): VaultClient {
  const transport = createTransport(config, credential);
  const ask = async <T>(
    method: Method,
    schema: z.ZodType<T>,
    parts: RequestParts,
    call?: CallOptions,
  ): Promise<T> => decode(schema, await transport.send(method, parts, call), method);

  return {
    createMatter: (body, call) => ask(METHODS.createMatter, matterSchema, { body }, call),
    getMatter: async (matterId, call) =>
      about(
        await ask(METHODS.getMatter, matterSchema, { params: { matterId } }, call),
        { matterId },
        METHODS.getMatter,
      ),
    listMatters: (page, call) => ask(METHODS.listMatters, matterPageSchema, { query: { ...page } }, call),
    createExport: async (matterId, body, call) =>
      about(
        await ask(METHODS.createExport, exportSchema, { params: { matterId }, body }, call),
        { matterId },
        METHODS.createExport,
      ),
    getExport: async (matterId, exportId, call) =>
      about(
        await ask(METHODS.getExport, exportSchema, { params: { matterId, exportId } }, call),
        { id: exportId, matterId },
        METHODS.getExport,
      ),
    listExports: async (matterId, page, call) => {
      const parts = { params: { matterId }, query: { ...page } };
      const read = await ask(METHODS.listExports, exportPageSchema, parts, call);
      for (const listed of read.exports) about(listed, { matterId }, METHODS.listExports);
      return read;
    },
    deleteExport: (matterId, exportId, call) =>
      ask(METHODS.deleteExport, emptySchema, { params: { matterId, exportId } }, call),
    countArtifacts: async (matterId, body, call) => {
      const made = await ask(METHODS.countArtifacts, operationSchema, { params: { matterId }, body }, call);
      // Vault need not name the matter; where it does, another one's operation is not this count.
      if (made.metadata.matterId !== undefined) about(made.metadata, { matterId }, METHODS.countArtifacts);
      return made;
    },
    getOperation: async (name, call) =>
      about(
        await ask(METHODS.getOperation, operationSchema, { params: { name } }, call),
        { name },
        METHODS.getOperation,
      ),
    listOperations: (page, call) =>
      ask(METHODS.listOperations, operationPageSchema, { query: { ...page } }, call),
    cancelOperation: (name, call) => ask(METHODS.cancelOperation, emptySchema, { params: { name } }, call),
    deleteOperation: (name, call) => ask(METHODS.deleteOperation, emptySchema, { params: { name } }, call),
    downloadObject: (bucketName, objectName, call) => downloadObject(transport, bucketName, objectName, call),
  };
}
