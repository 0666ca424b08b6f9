/** What leaves, and what is for members: written by those who know how. The engine calls each once a batch, in its transaction. */
import type { Stages } from '../../contacts/stages.ts';
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import type { LinkBook } from '../effects/links.ts';
import type { Compiled } from './compiled.ts';
import type { OutgoingRequest, OutgoingText } from './effects.ts';
import type { TeamItem } from './gathered.ts';

export interface Writers {
  texts(tx: Tx, texts: (OutgoingText & { by: Compiled })[]): Promise<void>;
  requests(tx: Tx, requests: OutgoingRequest[]): Promise<void>;
  team(tx: Tx, items: TeamItem[]): Promise<void>;
  /** Those of one workflow in one look. */
  links(actor: MemberRef): LinkBook;
  stages: Stages;
}
