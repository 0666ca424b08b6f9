import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

export interface Entering {
  contactId: string;
  stage: string | null;
}

/**
 * What a stage means beyond its name. Contacts know nothing of pipelines; `pipeline/follow.ts` brings this. Called after the
 * contacts are written, with their rows locked.
 */
export interface Stages {
  entered(tx: Tx, contactId: string, stage: string | null, actor: MemberRef): Promise<void>;
  /** The same for many, each named once. `data` is what the events say besides. Who is gone or merged is passed over. */
  enteredMany(
    tx: Tx,
    people: Entering[],
    actor: MemberRef | null,
    data: Record<string, unknown>,
  ): Promise<void>;
  /** How the names that are stages are written; the others are texts, and left out. To be asked before contacts are written. */
  spelled(tx: Tx, names: string[]): Promise<Map<string, string>>;
}
