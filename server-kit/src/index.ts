/** What hosts import: `@patchbay/server-kit`. Carriers and the wire contract have entry points of their own. */
export { createServerKit, type KitDatabaseOptions, type ServerKit, type ServerKitOptions } from './kit.ts';
export type { SessionTokenOptions } from './tenancy/tokens.ts';
export type { SenderOptions, TenantOptions, Tenants, TenantSettings } from './tenancy/tenants.ts';
export type { S3StorageOptions } from './media/storage/s3.ts';
export type { LocalMediaOptions } from './media/storage/local.ts';
export {
  StorageError,
  type Appended,
  type ByteRange,
  type MediaStorage,
  type UploadPlace,
} from './media/storage/storage.ts';
export type { ScanHook, ScannedFile, ScanVerdict } from './media/scan.ts';
export type { Finding } from './doctor.ts';
export type { NodeHandler } from './http/node.ts';
export type { Worker } from './jobs/worker.ts';
export type {
  Carrier,
  CarrierRecord,
  InboundMessage,
  OutboundMessage,
  Refusal,
  RefusalAction,
  Rejection,
  SendOutcome,
  StatusReport,
  WebhookRequest,
} from './carriers/carrier.ts';
export type { RequestOptions } from './workflows/requests/options.ts';
export type { MessengerAdapter, MessengerMessage, MessengerResult } from './workflows/messenger/adapter.ts';
export { graphMessenger, type GraphMessengerOptions } from './workflows/messenger/graph.ts';
export { defineKind, stepSchema, type StepBase, type StepKind } from './contract/workflow/index.ts';
export {
  defineStep,
  type CallPlacer,
  type CallWish,
  type Outcome,
  type Run,
  type RunContact,
  type StepBatch,
  type StepRunner,
} from './workflows/steps/step.ts';
export { ProblemError, SetupError } from './errors.ts';
