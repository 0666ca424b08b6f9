import type { Board, FeedEvent, Opportunity, Pipeline, Stage } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';
import type { Attached, Stores } from './stores.ts';

/** A stage with what is loaded of it. Replaced, never changed in place. */
export interface Column {
  stage: Stage;
  /** Of all cards, also of those not loaded. */
  count: number;
  sums: readonly { currency: string; value: number }[];
  cards: readonly Opportunity[];
  next: string | null;
  loadingMore: boolean;
  moreError: ApiError | null;
}

/** Where a card goes: a stage, and the place among its loaded cards without the moving one. */
export interface Place {
  stageId: string;
  index: number;
}

export interface BoardFilter {
  /** A member's id, `me` or `none`. */
  owner?: string;
  q?: string;
}

export interface PipelineOptions {
  /** Cards of each stage at first, and a page. Default 25. */
  pageSize?: number;
  /** Does `work` a little later. Default: in 300 ms, so that the news of a bulk change are one question. */
  later?: (work: () => void) => void;
}

/** A move that the server has not answered yet. */
interface Moving {
  card: Opportunity;
  from: string;
  to: Place;
}

const MOST = 100;

/**
 * A pipeline as a board. A move shows at once and is sent after those before it; refused, the card goes back, or away when it is
 * gone. What others do comes with the live feed: the board is asked for again, and moves under way are laid over the answer.
 */
export class PipelineStore extends Store {
  pipelines: readonly Pipeline[] = [];
  /** Which one is shown; null before it is known. */
  pipeline: Pipeline | null = null;
  columns: readonly Column[] = [];
  filter: BoardFilter = {};
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last move was refused, and of which card. */
  moveError: { card: Opportunity; error: ApiError } | null = null;
  readonly #client: PatchbayClient;
  readonly #pageSize: number;
  readonly #later: (work: () => void) => void;
  readonly #moving: Moving[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #generation = 0;
  #refreshing = false;
  /** Cards that others have touched since the last look: out of the pages that are not asked for again. */
  readonly #touched = new Set<string>();

  constructor(client: PatchbayClient, { pageSize = 25, later }: PipelineOptions = {}) {
    super();
    this.#client = client;
    this.#pageSize = pageSize;
    this.#later = later ?? ((work) => void setTimeout(work, 300));
  }

  /** Loads the pipelines and the board of `id`, else of the default one. A no-op when it is there already. */
  async load(id: string | null = null): Promise<void> {
    const wanted = id ?? this.pipeline?.id ?? null;
    if (this.status === 'loading' || (this.status === 'ready' && wanted === this.pipeline?.id)) return;
    this.status = 'loading';
    this.error = null;
    this.columns = [];
    this.changed();
    const generation = ++this.#generation;
    try {
      if (this.pipelines.length === 0) this.pipelines = await this.#client.listPipelines();
      const { pipelines } = this;
      const own =
        pipelines.find((one) => one.id === wanted) ?? pipelines.find((one) => one.is_default) ?? pipelines[0];
      const board = own ? await this.#client.getBoard(own.id, this.#query(this.#pageSize)) : null;
      if (generation !== this.#generation) return;
      this.pipeline = board?.pipeline ?? null;
      if (board) this.#show(board);
      this.status = 'ready';
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      this.status = 'error';
    }
    this.changed();
  }

  async choose(id: string): Promise<void> {
    if (id === this.pipeline?.id) return;
    this.status = 'idle';
    await this.load(id);
  }

  /** Makes the first pipeline. */
  async begin(name: string): Promise<void> {
    try {
      await this.#client.createPipeline({ name });
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
      this.status = 'error';
      return this.changed();
    }
    await this.again();
  }

  /** Reads the pipelines afresh, and shows one of them. */
  async again(id: string | null = null): Promise<void> {
    this.pipelines = [];
    this.pipeline = null;
    this.status = 'idle';
    await this.load(id);
  }

  async setFilter(filter: BoardFilter): Promise<void> {
    this.filter = filter;
    await this.refresh();
  }

  /** The board as it is now, under the moves that are on their way. */
  async refresh(): Promise<void> {
    if (this.pipeline === null || this.status === 'idle') return this.load();
    const generation = ++this.#generation;
    const touched = [...this.#touched];
    const limit = Math.min(MOST, Math.max(this.#pageSize, ...this.columns.map(({ cards }) => cards.length)));
    try {
      const board = await this.#client.getBoard(this.pipeline.id, this.#query(limit));
      if (generation !== this.#generation) return;
      this.pipeline = board.pipeline;
      this.pipelines = this.pipelines.map((one) => (one.id === board.pipeline.id ? board.pipeline : one));
      this.#show(board, new Set(touched));
      for (const id of touched) this.#touched.delete(id);
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      if (generation !== this.#generation) return;
      this.error = ApiError.fromUnknown(cause);
      if (this.error.code === 'not_found') {
        // the pipeline itself was deleted
        return this.again();
      }
      if (this.columns.length === 0) this.status = 'error';
    }
    this.changed();
  }

  async loadMore(stageId: string): Promise<void> {
    const column = this.#column(stageId);
    if (!column?.next || column.loadingMore || this.status !== 'ready') return;
    const generation = this.#generation;
    this.#put({ ...column, loadingMore: true, moreError: null });
    try {
      const page = await this.#client.listStageCards(stageId, {
        ...this.#query(this.#pageSize),
        after: column.next,
      });
      const now = this.#column(stageId);
      if (!now) return;
      // a board that came meanwhile has pages of its own
      if (generation !== this.#generation) return this.#put({ ...now, loadingMore: false });
      const shown = new Set(this.columns.flatMap(({ cards }) => cards.map(({ id }) => id)));
      const fresh = page.items.filter(({ id }) => !shown.has(id));
      this.#put({ ...now, cards: [...now.cards, ...fresh], next: page.next, loadingMore: false });
    } catch (cause) {
      const now = this.#column(stageId);
      if (now) this.#put({ ...now, loadingMore: false, moreError: ApiError.fromUnknown(cause) });
    }
  }

  find(cardId: string): { card: Opportunity; place: Place } | undefined {
    for (const { stage, cards } of this.columns) {
      const index = cards.findIndex(({ id }) => id === cardId);
      const card = cards[index];
      if (card) return { card, place: { stageId: stage.id, index } };
    }
    return undefined;
  }

  /** Moves a card. Resolves to the card as the server has it, or to null when it refused; `moveError` says why. */
  async move(cardId: string, to: Place): Promise<Opportunity | null> {
    const found = this.find(cardId);
    if (!found || !this.#column(to.stageId)) return null;
    const { card, place: origin } = found;
    if (origin.stageId === to.stageId && origin.index === to.index) return card;
    const others = this.#othersOn(to.stageId, cardId);
    const moving: Moving = { card, from: origin.stageId, to };
    this.#moving.push(moving);
    this.moveError = null;
    this.#lay(cardId, to);
    this.changed();
    const beside = { after: others[to.index - 1]?.id ?? null, before: others[to.index]?.id ?? null };
    const sent = this.#queue.then(() =>
      this.#client.moveOpportunity(cardId, { stage_id: to.stageId, from: origin.stageId, ...beside }),
    );
    // one after the other: the next may stand beside this one
    this.#queue = sent.catch(() => undefined);
    try {
      const moved = await sent;
      this.#done(moving);
      this.#replace(moved);
      this.changed();
      return moved;
    } catch (cause) {
      const error = ApiError.fromUnknown(cause);
      this.#done(moving);
      this.moveError = { card, error };
      if (error.code === 'not_found') this.#take(cardId);
      else if (this.find(cardId)) this.#lay(cardId, origin);
      this.changed();
      // where it really is, and what else has changed
      if (error.code === 'edited_elsewhere' || error.code === 'not_found') await this.refresh();
      return null;
    }
  }

  forgetError(): void {
    this.moveError = null;
    this.changed();
  }

  /** Takes a live event. */
  take(event: FeedEvent): void {
    if (this.status !== 'ready') return;
    const { type, data, contact_id } = event;
    if (type.startsWith('message.') && event.conversation) {
      return this.#heard(contact_id, event.conversation.id, event.conversation.last_message_at);
    }
    const ours =
      /^(stage|opportunity|pipeline)\./.test(type) ||
      (/^contact\.(updated|merged|unmerged|deleted)$/.test(type) && this.#shows(contact_id));
    if (!ours) return;
    if (typeof data['opportunity_id'] === 'string') this.#touched.add(data['opportunity_id']);
    if (this.#refreshing) return;
    this.#refreshing = true;
    this.#later(() => {
      this.#refreshing = false;
      void this.refresh();
    });
  }

  #query(limit: number) {
    return { ...this.filter, limit };
  }

  #shows(contactId: string | null): boolean {
    return this.columns.some(({ cards }) => cards.some(({ contact }) => contact.id === contactId));
  }

  /** A text came or went: the card says so. */
  #heard(contactId: string | null, conversationId: string, at: string): void {
    if (!this.#shows(contactId)) return;
    this.columns = this.columns.map((column) => ({
      ...column,
      cards: column.cards.map((card) =>
        card.contact.id === contactId
          ? {
              ...card,
              last_activity_at: at > card.last_activity_at ? at : card.last_activity_at,
              contact: { ...card.contact, conversation_id: conversationId },
            }
          : card,
      ),
    }));
    this.changed();
  }

  #show({ pipeline, stages }: Board, touched: ReadonlySet<string> = new Set()): void {
    const fresh = new Set(stages.flatMap(({ cards }) => cards.map(({ id }) => id)));
    this.columns = pipeline.stages.map((stage) => {
      const { count, sums, cards, next } = stages.find(({ id }) => id === stage.id)!;
      const known = this.#column(stage.id);
      const last = cards.at(-1)?.id;
      const end = known && next !== null ? known.cards.findIndex(({ id }) => id === last) : -1;
      const tail =
        end < 0 ? [] : known!.cards.slice(end + 1).filter(({ id }) => !fresh.has(id) && !touched.has(id));
      return {
        stage,
        count,
        sums,
        cards: [...cards, ...tail],
        next: tail.length > 0 ? known!.next : next,
        loadingMore: false,
        moreError: null,
      };
    });
    for (const { card, to } of this.#moving) if (this.find(card.id)) this.#lay(card.id, to);
  }

  /** Puts a card where it shall be, with count and sum. */
  #lay(cardId: string, { stageId, index }: Place): void {
    const card = this.#take(cardId);
    const column = this.#column(stageId);
    if (!card || !column) return;
    const cards = column.cards.toSpliced(Math.min(index, column.cards.length), 0, {
      ...card,
      stage_id: stageId,
    });
    this.#put({ ...column, cards, count: column.count + 1, sums: added(column.sums, card, 1) }, false);
  }

  #take(cardId: string): Opportunity | undefined {
    const found = this.find(cardId);
    const column = found && this.#column(found.place.stageId);
    if (!found || !column) return undefined;
    const { card } = found;
    const cards = column.cards.filter(({ id }) => id !== cardId);
    this.#put({ ...column, cards, count: column.count - 1, sums: added(column.sums, card, -1) }, false);
    return card;
  }

  #replace(card: Opportunity): void {
    // moved on meanwhile: it stands where the later move has put it
    if (this.#moving.some((one) => one.card.id === card.id)) return;
    const column = this.#column(card.stage_id);
    if (!column) return;
    this.#put({ ...column, cards: column.cards.map((one) => (one.id === card.id ? card : one)) }, false);
  }

  #done(moving: Moving): void {
    this.#moving.splice(this.#moving.indexOf(moving), 1);
  }

  #othersOn(stageId: string, cardId: string): Opportunity[] {
    return (this.#column(stageId)?.cards ?? []).filter(({ id }) => id !== cardId);
  }

  #column(stageId: string): Column | undefined {
    return this.columns.find(({ stage }) => stage.id === stageId);
  }

  #put(column: Column, tell = true): void {
    this.columns = this.columns.map((one) => (one.stage.id === column.stage.id ? column : one));
    if (tell) this.changed();
  }
}

function added(sums: Column['sums'], { currency, value }: Opportunity, sign: 1 | -1): Column['sums'] {
  if (currency === null || value === null) return sums;
  const known = sums.find((sum) => sum.currency === currency);
  if (!known) return [...sums, { currency, value: sign * value }];
  return sums.map((sum) => (sum === known ? { currency, value: sum.value + sign * value } : sum));
}

class Pipelines implements Attached {
  readonly store: PipelineStore;

  constructor(stores: Stores) {
    this.store = new PipelineStore(stores.client);
    stores.attach(this);
  }

  take(event: FeedEvent): void {
    this.store.take(event);
  }
  reload(): void {
    if (this.store.status === 'ready') void this.store.refresh();
  }
  recover(): void {
    if (this.store.status === 'error') void this.store.load();
    else if (this.store.error) void this.store.refresh();
  }
}

const known = new WeakMap<Stores, Pipelines>();

/** The board: one for all elements of a client. */
export function pipelineOf(stores: Stores): PipelineStore {
  let pipelines = known.get(stores);
  if (!pipelines) known.set(stores, (pipelines = new Pipelines(stores)));
  return pipelines.store;
}
