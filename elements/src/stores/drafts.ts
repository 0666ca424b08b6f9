import type { SafeStorage } from './storage.ts';
import { Store } from './store.ts';

/** A file of the library that goes with a draft: what is kept of it. */
export interface DraftFile {
  readonly id: string;
  readonly name: string;
}

/** Behind the conversation in the name of what is kept. */
const FILES = ':files';

/**
 * What was typed and attached and not sent, per tenant, member and conversation. Survives a switch and a reload, is the same
 * in all tabs, and is gone the moment that it is sent.
 */
export class DraftsStore extends Store {
  readonly #storage: SafeStorage;
  readonly #scope: () => string;
  /** Written before it was known who writes: filed under the member as soon as that is known. */
  readonly #early = new Map<string, string>();

  constructor(storage: SafeStorage, scope: () => string) {
    super();
    this.#storage = storage;
    this.#scope = scope;
  }

  get(conversationId: string): string {
    return this.#read(conversationId);
  }

  set(conversationId: string, text: string): void {
    this.#write(conversationId, text);
  }

  files(conversationId: string): readonly DraftFile[] {
    return parse(this.#read(conversationId + FILES));
  }

  setFiles(conversationId: string, files: readonly DraftFile[]): void {
    const kept = files.map(({ id, name }) => ({ id, name }));
    this.#write(conversationId + FILES, kept.length === 0 ? '' : JSON.stringify(kept));
  }

  /** In words, for a list: the text, else the names of the files. */
  saying(conversationId: string): string {
    const names = () => this.files(conversationId).map(({ name }) => name);
    return this.get(conversationId) || names().join(', ');
  }

  clear(conversationId: string): void {
    for (const what of [conversationId, conversationId + FILES]) {
      this.#early.delete(what);
      this.#write(what, '');
    }
  }

  /** To be called once the member is known. */
  settle(): void {
    const early = [...this.#early];
    this.#early.clear();
    for (const [what, value] of early) this.#write(what, value);
    this.changed();
  }

  /** Follows what is written in other tabs. */
  watch(): () => void {
    return this.#storage.watch((key) => {
      if (key.startsWith(this.#key(''))) this.changed();
    });
  }

  #read(what: string): string {
    return this.#early.get(what) ?? (this.#known ? this.#storage.get(this.#key(what)) : null) ?? '';
  }

  #write(what: string, value: string): void {
    if (value === this.#read(what)) return;
    if (this.#known) this.#storage.set(this.#key(what), value.trim() === '' ? null : value);
    else this.#early.set(what, value);
    this.changed();
  }

  get #known(): boolean {
    return this.#scope() !== '';
  }
  #key(what: string): string {
    return `pb:draft:${this.#scope()}:${what}`;
  }
}

/** What somebody else has left there is no list of files. */
function parse(text: string): readonly DraftFile[] {
  try {
    const kept = JSON.parse(text || '[]') as DraftFile[];
    return kept.filter(({ id, name }) => id && name);
  } catch {
    return [];
  }
}
