import type { Contact, Filter, Segment } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { fromFilter, isFinished, nodeAt, toFilter, type Model, type Node } from './filter-model.ts';
import type { SegmentsStore } from './segments.ts';
import { Store, type Loading } from './store.ts';

export interface SegmentDraftOptions {
  client: PatchbayClient;
  segments: SegmentsStore;
  /** How long after a change the server is asked how many it finds, in ms. */
  delay?: number;
}

/** The first few, to see whether they are the ones who were meant. */
const SHOWN = 5;

/** A filter that is being edited, of a segment or of its own: how many it finds, what is wrong with it, and saving it. */
export class SegmentDraftStore extends Store {
  model: Model = fromFilter(null);
  /** Whose filter it is; null: nobody's yet. */
  segment: Segment | null = null;
  status: Loading = 'ready';
  loadError: ApiError | null = null;
  /** Of the last filter that could be asked; null while there was none. */
  count: number | null = null;
  people: Contact[] = [];
  counting = false;
  /** Why it could not be counted. With `invalid_filter`, `problems` says where. */
  error: ApiError | null = null;
  /** By node: what the server said of it. */
  problems: ReadonlyMap<number, string> = new Map();
  saving = false;
  saveError: ApiError | null = null;
  /** As somebody else has saved it meanwhile: one of the two has to be chosen. */
  theirs: Segment | null = null;

  readonly #client: PatchbayClient;
  readonly #segments: SegmentsStore;
  readonly #delay: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;
  #opened = 0;

  constructor({ client, segments, delay = 350 }: SegmentDraftOptions) {
    super();
    this.#client = client;
    this.#segments = segments;
    this.#delay = delay;
  }

  get filter(): Filter {
    return toFilter(this.model);
  }

  /** There is something that was not saved. */
  get dirty(): boolean {
    return this.segment === null
      ? this.model.root.children.length > 0
      : JSON.stringify(this.filter) !== JSON.stringify(this.segment.filter);
  }

  /** Some condition is half written. */
  get unfinished(): boolean {
    const half = (node: Node): boolean =>
      node.kind === 'clause' ? !isFinished(node.condition) : node.children.some(half);
    return half(this.model.root);
  }

  /** A filter from outside. One that says what is here already changes nothing: what is half written stays. */
  begin(filter: Filter | null): void {
    if (JSON.stringify(this.filter) === JSON.stringify(filter ?? { all: [] })) return;
    this.#reset(filter);
  }

  async open(id: string | null): Promise<void> {
    this.#opened += 1;
    const opened = this.#opened;
    if (id === null) {
      this.segment = null;
      this.status = 'ready';
      return this.#reset(null);
    }
    this.status = 'loading';
    this.loadError = null;
    this.changed();
    try {
      const segment = await this.#client.getSegment(id);
      if (opened !== this.#opened) return;
      this.segment = segment;
      this.status = 'ready';
      this.#reset(segment.filter);
    } catch (cause) {
      if (opened !== this.#opened) return;
      this.loadError = ApiError.fromUnknown(cause);
      this.status = 'error';
      this.changed();
    }
  }

  #reset(filter: Filter | null): void {
    this.saveError = null;
    this.theirs = null;
    this.edit(fromFilter(filter));
  }

  edit(model: Model): void {
    this.model = model;
    this.changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.preview(), this.#delay);
  }

  async preview(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const { model } = this;
    this.counting = true;
    this.changed();
    try {
      const found = await this.#client.previewSegment(
        { filter: toFilter(model), time_zone: this.segment?.time_zone ?? null, limit: SHOWN },
        { signal: abort.signal },
      );
      if (this.#abort !== abort) return;
      this.count = found.count;
      this.people = found.items;
      this.error = null;
      this.problems = new Map();
    } catch (cause) {
      if (this.#abort !== abort) return;
      this.#refused(ApiError.fromUnknown(cause), model);
    }
    this.counting = false;
    this.changed();
  }

  #refused(error: ApiError, model: Model): void {
    this.count = null;
    this.people = [];
    this.error = error;
    this.problems = new Map(error.issues.map(({ path, detail }) => [nodeAt(model, path).id, detail]));
  }

  /** Saves as a new segment. Null when it was refused. */
  async saveAs(name: string): Promise<Segment | null> {
    return this.#save(() => this.#segments.create({ name, filter: this.filter }));
  }

  /** Saves what has changed, unless somebody else was faster: then `theirs` is what they saved. */
  async save(change: { name?: string } = {}): Promise<Segment | null> {
    const { segment } = this;
    if (!segment) return null;
    const patch = { ...(segment.kind === 'dynamic' && { filter: this.filter }), ...change };
    return this.#save(() => this.#segments.update(segment.id, patch, segment.version));
  }

  async #save(ask: () => Promise<Segment>): Promise<Segment | null> {
    const { model } = this;
    this.saving = true;
    this.saveError = null;
    this.changed();
    try {
      this.segment = await ask();
      return this.segment;
    } catch (cause) {
      this.saveError = ApiError.fromUnknown(cause);
      if (this.saveError.issues.length > 0) this.#refused(this.saveError, model);
      if (this.saveError.code === 'edited_elsewhere' && this.segment)
        this.theirs = await this.#segments.refresh(this.segment.id).catch(() => null);
      return null;
    } finally {
      this.saving = false;
      this.changed();
    }
  }

  /** After somebody else was faster: what they saved, instead of what is here. */
  takeTheirs(): void {
    if (!this.theirs) return;
    this.segment = this.theirs;
    this.#reset(this.theirs.filter);
  }

  /** After somebody else was faster: what is here, over what they saved. */
  async keepMine(): Promise<Segment | null> {
    if (!this.theirs) return null;
    this.segment = this.theirs;
    this.theirs = null;
    return this.save();
  }

  /** True when it is gone. */
  async remove(): Promise<boolean> {
    if (!this.segment) return false;
    this.saveError = null;
    try {
      await this.#segments.remove(this.segment.id);
      this.segment = null;
      this.changed();
      return true;
    } catch (cause) {
      this.saveError = ApiError.fromUnknown(cause);
      this.changed();
      return false;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }
}
