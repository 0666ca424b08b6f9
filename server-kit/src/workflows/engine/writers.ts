/** What leaves, and what is for members: written by those who know how. The engine calls each once a batch, in its transaction. */
import type { Tx } from '../../db/client.ts';
import type { Stages } from '../../contacts/stages.ts';
import { stageKeeper } from '../../pipeline/follow.ts';
import type { Compiled } from './compiled.ts';
import type { OutgoingRequest, OutgoingText } from './effects.ts';
import type { TeamItem } from './gathered.ts';
import { queueTexts } from './plain-texts.ts';

export interface Writers {
  texts(tx: Tx, texts: (OutgoingText & { by: Compiled })[]): Promise<void>;
  requests(tx: Tx, requests: OutgoingRequest[]): Promise<void>;
  team(tx: Tx, items: TeamItem[]): Promise<void>;
  stages: Stages;
}

export const WRITERS: Writers = {
  texts: queueTexts,
  async requests({ sql, tenant }, requests) {
    await sql`
      insert into workflow_requests (tenant_id, request_id, enrollment_id, ordinal, kind, request, due_at)
      select ${tenant}, r."requestId", r."enrollmentId", r.ordinal, r.kind, r.request, moment()
      from jsonb_to_recordset(${sql.json(requests as never)})
        as r ("requestId" uuid, "enrollmentId" uuid, ordinal integer, kind text, request jsonb)`;
  },
  team: () => Promise.reject(new Error('Tasks, notes and notifications are not connected yet.')),
  stages: stageKeeper,
};
