/** What the engine calls once a batch, in its transaction, for all that leaves or is for the team. */
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import type { AttachContext } from '../../messaging/attach.ts';
import type { OutgoingText } from '../engine/effects.ts';
import { writeRequests } from '../requests/rows.ts';
import { linkBook } from './links.ts';
import { writeTeam } from './team.ts';
import { writeTexts, type Sending } from './texts.ts';

export function writersFor(context: AttachContext) {
  return {
    /**
     * Throws for one that cannot be queued: its step has looked in the same transaction, so somebody has changed something since.
     * The batch is done again and finds it so.
     */
    async texts(tx: Tx, texts: readonly (OutgoingText & { by: Sending })[]): Promise<void> {
      const results = await writeTexts(context, tx, texts);
      const lost = results.find(({ state }) => state !== 'queued');
      if (lost) throw new Error(`A text could not be queued: ${'reason' in lost ? lost.reason : lost.state}`);
    },
    requests: writeRequests,
    team: writeTeam,
    /** One for each workflow of a batch; `write` before the texts that the links stand in. */
    links: (actor: MemberRef) => linkBook(context, actor),
  };
}
