import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

/**
 * What a stage means beyond its name. Contacts know nothing of pipelines; `pipeline/follow.ts` brings this. Called after the
 * contact is written, with its row locked.
 */
export interface Stages {
  entered(tx: Tx, contactId: string, stage: string | null, actor: MemberRef): Promise<void>;
}
