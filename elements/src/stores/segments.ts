import type { CreateSegment, Segment, UpdateSegment } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';

/** The segments of an account, by name. What is asked of the server and refused rejects with an ApiError. */
export class SegmentsStore extends Store {
  items: Segment[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  readonly #client: PatchbayClient;

  constructor(client: PatchbayClient) {
    super();
    this.#client = client;
  }

  get(id: string | null): Segment | undefined {
    return this.items.find((segment) => segment.id === id);
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.reload();
  }

  async reload(): Promise<void> {
    if (this.status === 'idle') return;
    try {
      this.items = await this.#client.listSegments();
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
      if (this.status === 'loading') this.status = 'error';
    }
    this.changed();
  }

  recover(): void {
    if (!this.error) return;
    this.status = 'loading';
    void this.reload();
  }

  async create(segment: CreateSegment): Promise<Segment> {
    return this.#keep(await this.#client.createSegment(segment));
  }

  async update(id: string, patch: UpdateSegment, version?: number): Promise<Segment> {
    return this.#keep(await this.#client.updateSegment(id, patch, version));
  }

  /** As the server has it now. */
  async refresh(id: string): Promise<Segment> {
    return this.#keep(await this.#client.getSegment(id));
  }

  async remove(id: string): Promise<void> {
    await this.#client.deleteSegment(id);
    this.items = this.items.filter((segment) => segment.id !== id);
    this.changed();
  }

  #keep(segment: Segment): Segment {
    this.items = [...this.items.filter(({ id }) => id !== segment.id), segment].toSorted((a, b) =>
      a.name.localeCompare(b.name),
    );
    this.changed();
    return segment;
  }
}
