import type { Board, Opportunity, Pipeline } from '@patchbay/server-kit/contract';
import type { StageColor } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { FakeOptions } from './fake-types.ts';
import type { createWorld } from './fake-world.ts';
import { ANA, DANA, fakeId } from './people.ts';

const STAGES: [name: string, kind: 'open' | 'won' | 'lost', color: StageColor][] = [
  ['New', 'open', 'blue'],
  ['Contacted', 'open', 'teal'],
  ['Qualified', 'open', 'amber'],
  ['Won', 'won', 'green'],
  ['Lost', 'lost', 'gray'],
];
/** What the named people are on the board with: stage, name, dollars, days until it closes. */
const CARDS: [stage: number, name: string | null, value: number | null, closes: number | null][] = [
  [2, '14 Maple Court', 420_000, 12],
  [0, null, null, null],
  [1, 'Lake view, two bedrooms', 365_000, -2],
  [0, 'Studio downtown', 189_500, 30],
  [3, '8 Birch Lane', 512_000, null],
  [1, null, null, null],
];

type World = ReturnType<typeof createWorld>;
type PipelineMethods = Pick<
  PatchbayClient,
  | 'listPipelines'
  | 'createPipeline'
  | 'updatePipeline'
  | 'deletePipeline'
  | 'getBoard'
  | 'listStageCards'
  | 'createOpportunity'
  | 'updateOpportunity'
  | 'deleteOpportunity'
  | 'moveOpportunity'
>;

/** Pipelines and cards of the in-memory server. A card's place is its place in the list of its stage. */
export function fakePipeline(
  { answer, missing, emit, now, born, made: known, people, me, nextNumber }: World,
  { cards = 0, empty = false }: FakeOptions,
): PipelineMethods {
  const pipeline = (n: number, name: string): Pipeline => ({
    id: fakeId('1', n),
    name,
    is_default: n === 0,
    stages: STAGES.map(([stage, kind, color], i) => ({
      id: fakeId('2', n, i),
      name: stage,
      kind,
      color,
      probability: null,
    })),
    version: 1,
    created_at: new Date(born).toISOString(),
    updated_at: new Date(born).toISOString(),
  });
  const pipelines = cards === null ? [] : [pipeline(0, 'Sales'), pipeline(1, 'Rentals')];
  const places = new Map<string, Opportunity[]>();
  const on = (stageId: string) => {
    const list = places.get(stageId) ?? [];
    places.set(stageId, list);
    return list;
  };

  const since = new Date(born).toISOString();
  const made = (n: number, more: Partial<Opportunity>): Opportunity => ({
    id: fakeId('3', n),
    pipeline_id: fakeId('1', 0),
    stage_id: fakeId('2', 0, 0),
    contact: { id: fakeId('c', n), name: null, phone: null, do_not_call: false, conversation_id: null },
    name: null,
    value: null,
    currency: null,
    owner: null,
    expected_close: null,
    entered_at: since,
    closed_at: null,
    last_activity_at: since,
    version: 1,
    created_at: since,
    updated_at: since,
    ...more,
  });
  if (cards !== null && !empty) {
    CARDS.forEach(([stage, name, value, closes], n) => {
      const thread = people[n];
      if (!thread) return;
      const { id, name: person, phone } = thread.contact;
      const card = made(n, {
        stage_id: fakeId('2', 0, stage),
        contact: { id, name: person, phone, do_not_call: n === 3, conversation_id: thread.conversation.id },
        name,
        value: value === null ? null : value * 100,
        currency: value === null ? null : 'USD',
        owner: n % 3 === 0 ? ANA : n % 3 === 1 ? DANA : null,
        expected_close:
          closes === null ? null : new Date(born + closes * 86_400_000).toISOString().slice(0, 10),
        last_activity_at: thread.conversation.last_message_at,
      });
      on(card.stage_id).push(card);
    });
    for (let n = 0; n < cards; n += 1) {
      const contact = {
        id: fakeId('c', 1_000 + n),
        name: `Lead ${n + 1}`,
        phone: `+1312556${String(n).padStart(4, '0')}`,
        do_not_call: false,
        conversation_id: null,
      };
      on(fakeId('2', 0, 0)).push(made(1_000 + n, { contact, value: 100_000, currency: 'USD' }));
    }
  }

  const find = (id: string): Opportunity => {
    for (const list of places.values()) {
      const card = list.find((one) => one.id === id);
      if (card) return card;
    }
    throw new ApiError('not_found', 404, 'This card is gone: someone else has deleted it.');
  };
  const wanted = (query: { owner?: string | undefined; q?: string | undefined }) => (card: Opportunity) => {
    const { owner, q } = query;
    if (owner === 'none' && card.owner) return false;
    if (owner && owner !== 'none' && card.owner?.id !== (owner === 'me' ? me.member.id : owner)) return false;
    return (
      !q || `${card.name} ${card.contact.name} ${card.contact.phone}`.toLowerCase().includes(q.toLowerCase())
    );
  };
  const page = (list: Opportunity[], skip: number, limit: number) => ({
    cards: list.slice(skip, skip + limit),
    next: list.length > skip + limit ? String(skip + limit) : null,
  });

  return {
    listPipelines: (o) => answer('listPipelines', [], () => pipelines, o?.signal),
    createPipeline: (body) =>
      answer('createPipeline', [body], () => {
        pipelines.push(pipeline(pipelines.length, body.name));
        return pipelines.at(-1)!;
      }),
    updatePipeline: (id, { name, stages, move_cards = {} }, version) =>
      answer('updatePipeline', [id, { name, stages, move_cards }, version], () => {
        const own = pipelines.find((one) => one.id === id);
        if (!own) throw missing();
        if (version !== undefined && version !== own.version)
          throw new ApiError('edited_elsewhere', 412, 'Someone else changed this pipeline meanwhile.');
        if (name !== undefined) own.name = name;
        if (stages) {
          for (const gone of own.stages.filter((stage) => !stages.some((one) => one.id === stage.id))) {
            const to = move_cards[gone.id];
            if (on(gone.id).length > 0 && to === undefined)
              throw new ApiError('stage_in_use', 409, `There are still cards on "${gone.name}".`);
            if (to !== undefined)
              on(to).push(
                ...on(gone.id)
                  .splice(0)
                  .map((card) => ({ ...card, stage_id: to })),
              );
          }
          own.stages = stages.map((stage) => ({
            id: stage.id ?? fakeId('2', 9, nextNumber()),
            name: stage.name,
            kind: stage.kind ?? 'open',
            color: stage.color ?? 'gray',
            probability: stage.probability ?? null,
          }));
        }
        own.version += 1;
        emit({ type: 'pipeline.updated', data: { pipeline_id: id } });
        return own;
      }),
    deletePipeline: (id) =>
      answer('deletePipeline', [id], () => {
        const own = pipelines.find((one) => one.id === id);
        if (!own) throw missing();
        if (own.is_default || own.stages.some((stage) => on(stage.id).length > 0))
          throw new ApiError('stage_in_use', 409, 'There are still cards in this pipeline.');
        pipelines.splice(pipelines.indexOf(own), 1);
      }),
    getBoard: (id, query = {}, o) =>
      answer(
        'getBoard',
        [id, query],
        (): Board => {
          const own = pipelines.find((one) => one.id === id);
          if (!own) throw missing();
          return {
            pipeline: own,
            stages: own.stages.map((stage) => {
              const list = on(stage.id).filter(wanted(query));
              const sums = new Map<string, number>();
              for (const { currency, value } of list)
                if (currency) sums.set(currency, (sums.get(currency) ?? 0) + (value ?? 0));
              return {
                id: stage.id,
                count: list.length,
                sums: [...sums].map(([currency, value]) => ({ currency, value })),
                ...page(list, 0, Number(query.limit ?? 25)),
              };
            }),
          };
        },
        o?.signal,
      ),
    listStageCards: (id, query = {}, o) =>
      answer(
        'listStageCards',
        [id, query],
        () => {
          const found = page(
            on(id).filter(wanted(query)),
            Number(query.after ?? 0),
            Number(query.limit ?? 25),
          );
          return { items: found.cards, next: found.next };
        },
        o?.signal,
      ),
    createOpportunity: (body) =>
      answer('createOpportunity', [body], () => {
        const contact = [...known.values()].find((thread) => thread.contact.id === body.contact_id)?.contact;
        if (!contact) throw missing();
        const { id, name, phone } = contact;
        const card = made(50_000 + nextNumber(), {
          stage_id: body.stage_id ?? fakeId('2', 0, 0),
          contact: { id, name, phone, do_not_call: false, conversation_id: null },
          name: body.name ?? null,
          value: body.value ?? null,
          currency: body.currency ?? null,
          owner: me.members.find((member) => member.id === body.owner_id) ?? null,
          expected_close: body.expected_close ?? null,
        });
        on(card.stage_id).unshift(card);
        emit({ type: 'stage.entered', contact_id: id, data: { opportunity_id: card.id } });
        return card;
      }),
    updateOpportunity: (id, patch, version) =>
      answer('updateOpportunity', [id, patch, version], () => {
        const card = find(id);
        if (version !== undefined && version !== card.version)
          throw new ApiError('edited_elsewhere', 412, 'Someone else changed this card meanwhile.');
        const { owner_id, ...rest } = patch;
        const owner = me.members.find((member) => member.id === owner_id) ?? null;
        Object.assign(card, rest, owner_id !== undefined && { owner }, { version: card.version + 1 });
        emit({ type: 'opportunity.updated', contact_id: card.contact.id, data: { opportunity_id: id } });
        return card;
      }),
    deleteOpportunity: (id) =>
      answer('deleteOpportunity', [id], () => {
        const card = find(id);
        const own = on(card.stage_id);
        own.splice(own.indexOf(card), 1);
        emit({ type: 'opportunity.deleted', contact_id: card.contact.id, data: { opportunity_id: id } });
      }),
    moveOpportunity: (id, move) =>
      answer('moveOpportunity', [id, move], () => {
        const card = find(id);
        if (move.from !== undefined && move.from !== card.stage_id) {
          throw new ApiError('edited_elsewhere', 412, 'Someone else moved this card meanwhile.');
        }
        const own = on(card.stage_id);
        own.splice(own.indexOf(card), 1);
        const list = on(move.stage_id);
        const at = list.findIndex((one) => one.id === (move.after ?? move.before));
        const moved = { ...card, stage_id: move.stage_id, last_activity_at: new Date(now()).toISOString() };
        list.splice(at < 0 ? 0 : move.after ? at + 1 : at, 0, moved);
        emit({
          type: move.stage_id === card.stage_id ? 'pipeline.updated' : 'stage.entered',
          contact_id: card.contact.id,
          actor: me.member,
          data: { pipeline_id: card.pipeline_id, opportunity_id: id },
        });
        return moved;
      }),
  };
}
