/** What hosts import: `@patchbay/server-kit`. Carriers and the wire contract have entry points of their own. */
export { createServerKit, type KitDatabaseOptions, type ServerKit, type ServerKitOptions } from './kit.ts';
export type { SessionTokenOptions } from './tenancy/tokens.ts';
export type { SenderOptions, TenantOptions, Tenants, TenantSettings } from './tenancy/tenants.ts';
export { s3Media, type S3StorageOptions } from './media/storage/s3.ts';
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
export { ProblemError, SetupError } from './errors.ts';
