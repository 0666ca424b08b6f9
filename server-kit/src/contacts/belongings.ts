import type { Tx } from '../db/client.ts';

/**
 * What other domains keep of a person, as merging and deleting need it. Contacts know nothing of conversations;
 * `messaging/belongings.ts` brings this.
 */
export interface Belongings {
  /** Gives everything of `from` to `to`. Returns what `restore` needs, as JSON. */
  move(tx: Tx, from: string, to: string): Promise<object>;
  /** The way back, also for what came from or went to `numbers` (those of `from`) since. */
  restore(tx: Tx, back: Restoring): Promise<void>;
  /** The conversations of a person, so that whoever shows one can be told. */
  conversationsOf(tx: Tx, id: string): Promise<string[]>;
  /** The same of many. */
  conversationsOfAll(tx: Tx, ids: string[]): Promise<{ contact_id: string; conversation_id: string }[]>;
}

export interface Restoring {
  /** Who gets it back. */
  from: string;
  to: string;
  moved: object;
  numbers: string[];
  mergedAt: string;
}
