import type {
  ConsentRecord,
  ConsentRequest,
  Contact,
  RecordConsent,
  RequestConsent,
  UpdateContact,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import { Store, type Loading } from './store.ts';

/** One contact: fields, tags, consent. Changes show at once and are taken back when the server refuses them. */
export class ContactStore extends Store {
  readonly contactId: string;
  contact: Contact | null = null;
  /** Newest first; null until asked for. */
  consent: ConsentRecord[] | null = null;
  /** Asked, and not answered yet. */
  requests: ConsentRequest[] = [];
  status: Loading = 'idle';
  error: ApiError | null = null;
  /** Why the last change was refused; the contact is back to what it was. */
  saveError: ApiError | null = null;
  /** What was to be changed, while `saveError` stands. */
  refused: UpdateContact | null = null;
  readonly #client: PatchbayClient;

  constructor(client: PatchbayClient, contactId: string) {
    super();
    this.#client = client;
    this.contactId = contactId;
  }

  /** Deleted elsewhere, or merged into another contact. */
  get gone(): boolean {
    return this.error?.code === 'not_found' || this.error?.code === 'contact_merged';
  }

  async load(): Promise<void> {
    if (this.status === 'loading' || this.status === 'ready') return;
    this.status = 'loading';
    this.changed();
    await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      const [contact, consent] = await Promise.all([
        this.#client.getContact(this.contactId),
        // The record is a supplement: without it the contact is still worth showing.
        this.#client.listConsent(this.contactId).catch(() => null),
      ]);
      this.contact = contact;
      this.#recorded(consent);
      this.status = 'ready';
      this.error = null;
    } catch (cause) {
      this.error = ApiError.fromUnknown(cause);
      // deleted, or part of somebody else: what is shown would be of nobody
      if (this.gone) this.contact = null;
      if (this.contact === null) this.status = 'error';
    }
    this.changed();
  }

  /** Live: a contact that changed elsewhere. */
  reload(): void {
    if (this.status === 'error') void this.load();
    else if (this.status === 'ready') void this.refresh();
  }

  async update(patch: UpdateContact): Promise<boolean> {
    const before = this.contact;
    if (!before) return false;
    this.saveError = this.refused = null;
    const after = { ...before, ...shown(patch) };
    this.contact = { ...after, name: nameOf(after) };
    this.changed();
    try {
      this.contact = await this.#client.updateContact(this.contactId, patch, before.version);
      this.changed();
      return true;
    } catch (cause) {
      this.contact = before;
      this.saveError = ApiError.fromUnknown(cause);
      this.refused = patch;
      this.changed();
      // Someone else was faster: show theirs, so that the next try starts from it.
      if (this.saveError.code === 'edited_elsewhere') await this.refresh();
      return false;
    }
  }

  /** The last refusal, for whoever says it somewhere else. */
  takeError(): ApiError | null {
    const { saveError } = this;
    this.saveError = this.refused = null;
    this.changed();
    return saveError;
  }

  addTag(tag: string): Promise<boolean> {
    const name = tag.trim();
    const tags = this.contact?.tags ?? [];
    if (name === '' || tags.includes(name)) return Promise.resolve(true);
    return this.update({ tags: [...tags, name] });
  }

  removeTag(tag: string): Promise<boolean> {
    return this.update({ tags: (this.contact?.tags ?? []).filter((each) => each !== tag) });
  }

  async recordConsent(record: RecordConsent): Promise<boolean> {
    this.saveError = this.refused = null;
    try {
      this.contact = await this.#client.recordConsent(this.contactId, record);
      await this.#reread();
      return true;
    } catch (cause) {
      return this.#refused(cause);
    }
  }

  /** Asks the person, with one text. */
  async requestConsent(request: RequestConsent): Promise<boolean> {
    this.saveError = this.refused = null;
    try {
      await this.#client.requestConsent(this.contactId, request);
      await this.#reread();
      return true;
    } catch (cause) {
      return this.#refused(cause);
    }
  }

  /** The address of the person's own page; null when it was refused. */
  async preferenceLink(): Promise<string | null> {
    this.saveError = this.refused = null;
    try {
      return (await this.#client.createPreferenceLink(this.contactId)).url;
    } catch (cause) {
      this.#refused(cause);
      return null;
    }
  }

  async #reread(): Promise<void> {
    this.#recorded(await this.#client.listConsent(this.contactId).catch(() => null));
    this.changed();
  }

  #recorded(history: { items: ConsentRecord[]; requests: ConsentRequest[] } | null): void {
    if (!history) return;
    this.consent = history.items;
    this.requests = history.requests;
  }

  #refused(cause: unknown): false {
    this.saveError = ApiError.fromUnknown(cause);
    this.changed();
    return false;
  }
}

/** A change as it will look. What the server writes otherwise (addresses) waits for its answer. */
function shown({ addresses: _, fields, ...patch }: UpdateContact): Partial<Contact> {
  const kept = (values: object) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
  return {
    ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
    ...(fields && { fields: kept(fields) }),
  };
}

function nameOf({ first_name, last_name }: Pick<Contact, 'first_name' | 'last_name'>): string | null {
  return [first_name, last_name].filter(Boolean).join(' ') || null;
}
