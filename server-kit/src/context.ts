import type { Logger } from 'pino';
import type { Carrier } from './carriers/carrier.ts';
import type { Database } from './db/client.ts';
import type { FeedHub } from './events/hub.ts';
import type { MediaContext } from './media/options.ts';
import type { Outside } from './workflows/requests/options.ts';
import type { StepRunner } from './workflows/steps/step.ts';

/** What `kit.ts` wires together once and every route and job gets. */
export interface KitContext {
  database: Database;
  carrier: Carrier;
  /** Without a trailing slash, as `https://portal.example.com/crm`. */
  publicUrl: string;
  /** The path of `publicUrl`, as `/crm`; empty at the root. */
  mountPath: string;
  /** Signs session tokens and links. At least 32 characters. */
  secret: string;
  feed: FeedHub;
  /** Where files are, and what the host says about them. */
  media: MediaContext;
  /** Where requests of workflows may go, and what Messenger is reached by. */
  outside: Outside;
  /** Every kind of step that workflows may have: the kit's and the host's. */
  steps: readonly StepRunner[];
  log: Logger;
  clock: () => Date;
  /** What the host knows about where a request came from. */
  clientAddress?: ((request: Request) => string | null | undefined) | undefined;
}
