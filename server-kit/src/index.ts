/** What hosts import: `@patchbay/server-kit`. Carriers and the wire contract have entry points of their own. */
export { createServerKit, type KitDatabaseOptions, type ServerKit, type ServerKitOptions } from './kit.ts';
export type { SessionTokenOptions } from './tenancy/tokens.ts';
export type { SenderOptions, TenantOptions, Tenants, TenantSettings } from './tenancy/tenants.ts';
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
