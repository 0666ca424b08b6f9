import type { Asset, Conversation, EditMessage, Message } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import type { Attachments } from '../../internal/attachments.ts';
import type { BaseElement } from '../../internal/base-element.ts';
import type { ElementEvents } from '../../internal/events.ts';
import { Lazy } from '../../internal/lazy.ts';
import { why } from '../../internal/parts.ts';
import { threadOf } from '../../stores/opened.ts';
import { localTime } from '../../words/i18n.ts';
import { LONGEST } from './draft-parts.ts';

/** Whom it is written to. */
type Host = BaseElement & {
  readonly conversationId: string | null;
  readonly to: string | null;
  readonly conversation: Conversation | undefined;
};

interface Talk {
  /** The time zone of the person who will read it. */
  zone: () => string;
  say: <N extends 'message-send' | 'message-sent'>(name: N, detail: ElementEvents[N]) => boolean;
  /** What was written is sent, saved or put aside. `elsewhere`: something else is written now. */
  begun: (elsewhere: boolean) => void;
}

/**
 * What is being written: the draft of the conversation that is open, or a scheduled text that is being changed. Holds its words,
 * its addresses and its files, keeps them as a draft, and sends or saves them.
 */
export class Writing {
  text = '';
  /** Addresses of pictures and files. */
  urls: readonly string[] = [];
  editing: Message | null = null;
  /** When it is to leave, as a field for date and time has it. */
  later = '';
  problem = '';

  readonly #host: Host;
  readonly #talk: Talk;
  readonly #attach;
  #attachments: Attachments | undefined;
  #shown: string | null = null;

  constructor(host: Host, talk: Talk) {
    this.#host = host;
    this.#talk = talk;
    this.#attach = new Lazy(host, () => import('./attach.ts'));
  }

  /** What files belong to. Those of a text that is being changed are not the draft's. */
  get place(): string {
    const { conversationId, to } = this.#host;
    return this.editing ? `edit:${this.editing.id}` : (conversationId ?? to ?? '');
  }
  /** Files of the library, once there were any. */
  get attachments(): Attachments | undefined {
    return this.#attachments;
  }
  /** Neither words nor files, not even such as are on their way. */
  get empty(): boolean {
    const files = this.urls.length + (this.#attachments?.items(this.place).length ?? 0);
    return this.text.trim() === '' && files === 0;
  }
  /** A file is still on its way. */
  get waits(): boolean {
    return this.#attachments?.busy(this.place) ?? false;
  }
  /** As it will be counted: the links of its files included. A text that is being changed has those that it had in it. */
  get counted(): string {
    return (
      this.text + (this.#attachments?.links(this.place, this.editing ? filesOf(this.editing) : []) ?? '')
    );
  }

  async attaching(): Promise<Attachments> {
    const { Attachments } = await this.#attach.load();
    if (!this.#attachments) {
      this.#attachments = new Attachments(this.#host, {
        changed: (of) => this.#keep(of),
        lost: (of, name) => {
          if (of === this.place) this.complain(this.#host.i18n.t('send.deleted', { name }));
        },
      });
      // the draft may have files to take over
      this.#host.requestUpdate();
    }
    return this.#attachments;
  }

  /** Before each drawing: another conversation is open, or the draft has changed in another tab. */
  follow(): void {
    const { conversationId, stores } = this.#host;
    if (conversationId !== this.#shown) this.begin();
    if (!stores || conversationId === null || this.editing) return;
    const draft = stores.drafts.get(conversationId);
    if (draft.trim() !== this.text.trim()) this.text = draft;
    const files = stores.drafts.files(conversationId);
    if (this.#attachments) this.#attachments.adopt(conversationId, files, stores.client);
    else if (files.length > 0) void this.attaching().catch(() => undefined);
  }

  /** Starts with the draft of the conversation that is open. */
  begin(): void {
    const { conversationId, stores } = this.#host;
    if (this.editing) this.#attachments?.clear(this.place);
    this.#shown = conversationId;
    this.editing = null;
    this.urls = [];
    this.problem = '';
    this.text = conversationId === null ? '' : (stores?.drafts.get(conversationId) ?? '');
    this.#talk.begun(true);
  }

  write(text: string): void {
    const { conversationId, stores } = this.#host;
    this.text = text;
    this.complain('');
    if (conversationId !== null && !this.editing) stores?.drafts.set(conversationId, text);
  }

  setUrls(urls: readonly string[]): void {
    this.urls = urls;
    this.#host.requestUpdate();
  }

  setLater(local: string): void {
    this.later = local;
    this.#host.requestUpdate();
  }

  /** Sends what is written. Twice in a row is once: it is gone with the first. */
  async send(sendAt?: Date): Promise<void> {
    const { stores, conversationId, to, conversation } = this.#host;
    const body = this.text.trim();
    if (this.empty || this.waits || !stores || (conversationId === null && !to)) return;
    if (conversation?.block || body.length > LONGEST) return;
    if (this.editing) return this.#save(this.editing, body, sendAt);
    const { urls, place } = this;
    const shown = this.#attachments?.assets(place) ?? [];
    const outgoing = {
      body,
      media_urls: [...urls],
      ...(shown.length > 0 && { assets: shown.map(({ id }) => ({ id })) }),
      ...(sendAt && { send_at: sendAt.toISOString() }),
    };
    const target = conversationId === null ? { to: to ?? '' } : { conversation_id: conversationId };
    if (!this.#talk.say('message-send', { message: { ...outgoing, ...target } })) return;
    this.#clear();
    if (conversationId !== null) {
      const message = await threadOf(stores, conversationId).send(outgoing, shown);
      if (message.status !== 'failed') this.#talk.say('message-sent', { message });
      return;
    }
    try {
      const message = await stores.client.sendMessage({ id: crypto.randomUUID(), ...outgoing, ...target });
      this.#talk.say('message-sent', { message });
    } catch (cause) {
      this.write(body);
      this.urls = urls;
      for (const asset of shown) this.#attachments?.add(place, asset);
      this.complain(why(this.#host.i18n, ApiError.fromUnknown(cause)));
    }
  }

  /** Takes up a text that waits for its hour, with its files. */
  async edit(message: Message): Promise<void> {
    const { stores, conversationId } = this.#host;
    const files = message.media.filter(({ asset_id }) => asset_id !== undefined);
    if (files.length > 0 && stores) {
      const attachments = await this.attaching();
      if (this.#host.conversationId !== conversationId) return;
      const kept = files.map(({ asset_id, name }) => ({ id: asset_id ?? '', name: name ?? '' }));
      attachments.adopt(`edit:${message.id}`, kept, stores.client);
    }
    this.editing = message;
    this.text = message.body;
    this.urls = message.media.flatMap(({ asset_id, url }) => (asset_id === undefined ? url : []));
    this.problem = '';
    this.setLater(localTime(Date.parse(message.send_at ?? ''), this.#talk.zone()));
  }

  async cancel(id: string): Promise<void> {
    await this.#changing(async () => {
      await this.#thread?.cancel(id);
      if (this.editing?.id === id) this.begin();
    });
  }

  #save(message: Message, body: string, sendAt: Date | undefined): Promise<void> {
    const assets = this.#attachments?.assets(this.place) ?? [];
    const change = changeOf(message, body, this.urls, assets);
    return this.#changing(async () => {
      await this.#thread?.edit(message.id, { ...change, ...(sendAt && { send_at: sendAt.toISOString() }) });
      this.begin();
    });
  }

  /** Whatever happens to the text that waits, it is said. */
  async #changing(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (cause) {
      const { i18n } = this.#host;
      this.complain(`${i18n.t('error.scheduled')} ${why(i18n, ApiError.fromUnknown(cause))}`);
    }
  }

  get #thread() {
    const { conversationId, stores } = this.#host;
    return conversationId !== null && stores ? threadOf(stores, conversationId) : null;
  }

  #clear(): void {
    const { conversationId, stores } = this.#host;
    this.text = '';
    this.urls = [];
    this.later = '';
    this.problem = '';
    this.#attachments?.clear(this.place);
    if (conversationId !== null) stores?.drafts.clear(conversationId);
    this.#talk.begun(false);
  }

  /** Files of a conversation are kept with its draft; those for a new number have no place to be found again. */
  #keep(of: string): void {
    const { stores, to } = this.#host;
    if (of === '' || of === to || of.startsWith('edit:')) return;
    stores?.drafts.setFiles(of, this.#attachments?.kept(of) ?? []);
  }

  /** Below the text field. */
  complain(problem: string): void {
    this.problem = problem;
    this.#host.requestUpdate();
  }
}

/** What a saved text changes. Files that are as they were are left out: their links stay. */
function changeOf(
  message: Message,
  body: string,
  urls: readonly string[],
  assets: readonly Asset[],
): EditMessage {
  const had = message.media.flatMap(({ asset_id, url }) => (asset_id === undefined ? url : []));
  const ids = assets.map(({ id }) => id);
  return {
    body,
    ...(had.join('\n') !== urls.join('\n') && { media_urls: [...urls] }),
    ...(filesOf(message).join() !== ids.join() && { assets: ids.map((id) => ({ id })) }),
  };
}

const filesOf = ({ media }: Message) => media.flatMap(({ asset_id }) => asset_id ?? []);
