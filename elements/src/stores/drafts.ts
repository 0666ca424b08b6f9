import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

/** A file of the library that goes with a draft: what is kept of it. */
export interface DraftFile {
  readonly id: string;
  readonly name: string;
}

type Part = 'draft' | 'draft-files';

/**
 * What was typed and attached and not sent, per tenant, member and conversation. Survives a switch and a reload, is the same
 * in all tabs, and is gone the moment that it is sent.
 */
export class DraftsStore extends Store {
  readonly #storage: SafeStorage;
  readonly #scope: () => string;
  /** Written before it was known who writes: filed under the member as soon as that is known. */
  readonly #early = new Map<string, { part: Part; conversationId: string; value: string }>();

  constructor(storage: SafeStorage, scope: () => string) {
    super();
    this.#storage = storage;
    this.#scope = scope;
  }

  get(conversationId: string): string {
    return this.#read('draft', conversationId);
  }

  set(conversationId: string, text: string): void {
    this.#write('draft', conversationId, text);
  }

  files(conversationId: string): readonly DraftFile[] {
    return parse(this.#read('draft-files', conversationId));
  }

  setFiles(conversationId: string, files: readonly DraftFile[]): void {
    const kept = files.map(({ id, name }) => ({ id, name }));
    this.#write('draft-files', conversationId, kept.length === 0 ? '' : JSON.stringify(kept));
  }

  /** In words, for a list: the text, else the names of the files. */
  saying(conversationId: string): string {
    const names = () => this.files(conversationId).map(({ name }) => name);
    return this.get(conversationId) || names().join(', ');
  }

  clear(conversationId: string): void {
    for (const part of ['draft', 'draft-files'] as const) {
      this.#early.delete(part + conversationId);
      this.#write(part, conversationId, '');
    }
  }

  /** To be called once the member is known. */
  settle(): void {
    const early = [...this.#early.values()];
    this.#early.clear();
    for (const { part, conversationId, value } of early) this.#write(part, conversationId, value);
    this.changed();
  }

  /** Follows what is written in other tabs. */
  watch(): () => void {
    return this.#storage.watch((key) => {
      if (key.startsWith(this.#key('draft', '')) || key.startsWith(this.#key('draft-files', '')))
        this.changed();
    });
  }

  #read(part: Part, conversationId: string): string {
    const early = this.#early.get(part + conversationId)?.value;
    return early ?? (this.#known ? this.#storage.get(this.#key(part, conversationId)) : null) ?? '';
  }

  #write(part: Part, conversationId: string, value: string): void {
    if (value === this.#read(part, conversationId)) return;
    if (this.#known) this.#storage.set(this.#key(part, conversationId), value.trim() === '' ? null : value);
    else this.#early.set(part + conversationId, { part, conversationId, value });
    this.changed();
  }

  get #known(): boolean {
    return this.#scope() !== '';
  }
  #key(part: Part, conversationId: string): string {
    return `pb:${part}:${this.#scope()}:${conversationId}`;
  }
}

/** What an older version or somebody else has left there is no file. */
function parse(text: string): readonly DraftFile[] {
  if (text === '') return [];
  try {
    const kept: unknown = JSON.parse(text);
    return Array.isArray(kept) ? kept.filter(isFile) : [];
  } catch {
    return [];
  }
}

function isFile(value: unknown): value is DraftFile {
  const { id, name } = (value ?? {}) as Partial<DraftFile>;
  return typeof id === 'string' && typeof name === 'string';
}
