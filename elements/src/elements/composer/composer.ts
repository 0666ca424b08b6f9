import { html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { countSegments } from '@patchbay/server-kit/contract/segments';
import type { Asset, Contact, Conversation, Message, QuickReply } from '@patchbay/server-kit/contract';
import { BaseElement } from '../../internal/base-element.ts';
import { Dismiss } from '../../internal/dismiss.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { Lazy } from '../../internal/lazy.ts';
import { safeUrl } from '../../internal/text.ts';
import { contactOf, threadOf } from '../../stores/opened.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { enMore } from '../../words/en-more.ts';
import { addEnglish } from '../../words/i18n.ts';
import type { WordKey } from '../../words/en.ts';
import { blockedCard } from './blocked.ts';
import { attachedFiles, fillReply, grow, LONGEST, matching, notes, sends, slashOf } from './draft-parts.ts';
import type { AttachContext, AttachWay } from '../../internal/attachments.ts';
import { styles } from './composer.styles.ts';
import { Writing } from './writing.ts';
import '../../stores/messaging.ts';
import type { OpenPop } from './pops.ts';

type Pop = OpenPop | null;

addEnglish(enMore);

/**
 * @summary Writes and sends: counter, drafts, quick replies, send later, emoji; says why when nothing can be sent.
 *
 * @slot composer-actions - More buttons beside the built-in ones.
 * @slot block-actions - Ways out while nothing can be sent, such as a call button.
 * @event message-send - A text is about to be sent; cancelable, the text stays.
 * @event message-sent - The server has it.
 * @event block-action - The consent record is wanted; cancelable.
 * @csspart box - Text field and tools.
 * @csspart input - The text field.
 * @csspart tools - The buttons below.
 * @csspart tool - One of them.
 * @csspart count - The counter.
 * @csspart send - The send button.
 * @csspart block - The card while nothing can be sent.
 * @csspart scheduled - What waits for its hour.
 */
export class Composer extends BaseElement {
  static override readonly elementName: string = 'composer';
  static override styles = [tokens, base, styles];

  @query('textarea') private field!: HTMLTextAreaElement | null;

  /** The conversation to write to. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;
  /** Instead of a conversation: the number of a new one. */
  @property() to: string | null = null;
  /** `enter`: Enter sends and Shift+Enter breaks the line. `mod-enter`: Ctrl or Command with Enter sends. */
  @property({ attribute: 'send-on' }) sendOn: 'enter' | 'mod-enter' = 'enter';

  @state() private pop: Pop = null;
  @state() private chosen = 0;
  @state() private toolsOpen = false;
  @state() private scheduledOpen = false;
  readonly #pops = new Lazy(this, () => import('./pops.ts'));
  readonly #scheduled = new Lazy(this, () => import('./scheduled.ts'));
  readonly #dismiss = new Dismiss(this, () => (this.pop = null));
  readonly #writing = new Writing(this, {
    zone: () => this.#zone,
    say: (name, detail) => this.emit(name, detail),
    begun: (elsewhere) => this.#begun(elsewhere),
  });
  #sized: { field: HTMLTextAreaElement; text: string } | undefined;

  get conversation(): Conversation | undefined {
    return this.conversationId === null ? undefined : this.stores?.cache.get(this.conversationId);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { stores, conversation, conversationId } = this;
    const contact = conversation && stores ? contactOf(stores, conversation.contact.id) : null;
    this.watch(stores?.cache, stores?.drafts, stores?.session, contact, this.#thread);
    if (contact?.status === 'idle') void contact.load();
    if (conversationId && stores && !conversation)
      void stores.cache.ensure(conversationId).catch(() => undefined);
    this.#writing.follow();
    this.#dismiss.open(this.pop ? () => this.renderRoot.querySelector('.root') : null);
  }

  protected override updated(): void {
    const { field } = this;
    const { text } = this.#writing;
    if (!field) return;
    const stale = field.value !== text;
    if (stale) field.value = text;
    // Measuring costs a layout: only when there is another text, or another field.
    if (!stale && field === this.#sized?.field && text === this.#sized.text) return;
    this.#sized = { field, text };
    grow(field);
  }

  override focus(options?: FocusOptions): void {
    this.field?.focus(options);
  }

  /** Adds a picture or file by its address. */
  attach(url: string): void {
    const { urls } = this.#writing;
    if (safeUrl(url) !== null && !urls.includes(url)) this.#writing.setUrls([...urls, url]);
  }

  /** Adds a file of the library. */
  async attachAsset(asset: Asset): Promise<void> {
    (await this.#writing.attaching()).add(this.#writing.place, asset);
  }

  /** Uploads files, and adds them. */
  async attachFiles(files: Iterable<File>): Promise<void> {
    const chosen = [...files];
    const attachments = await this.#writing.attaching();
    if (this.stores) attachments.upload(this.#writing.place, this.stores, chosen);
  }

  /** Puts text where the cursor is. */
  insert(text: string): void {
    const { field } = this;
    const { text: before } = this.#writing;
    const from = field?.selectionStart ?? before.length;
    this.#write(before.slice(0, from) + text + before.slice(field?.selectionEnd ?? from));
    void this.updateComplete.then(() => {
      field?.focus();
      field?.setSelectionRange(from + text.length, from + text.length);
    });
  }

  /** Sends what is written. Twice in a row is once: the text is gone with the first. */
  async send(sendAt?: Date): Promise<void> {
    await this.#writing.send(sendAt);
  }

  protected override render() {
    const { i18n, conversation, stores } = this;
    if (!stores || (this.conversationId === null && this.to === null)) return nothing;
    return html`<div class="root" part="base" dir=${i18n.dir} lang=${i18n.locale}>
      ${this.#renderScheduled()}
      ${conversation?.block ? blockedCard(conversation, i18n, this.#showConsent) : this.#renderBox()}
    </div>`;
  }

  #renderScheduled() {
    const messages = this.#thread?.scheduled ?? [];
    if (messages.length === 0) return nothing;
    return this.#scheduled.now?.scheduledList(messages, {
      i18n: this.i18n,
      timeZone: this.#zone,
      open: this.scheduledOpen,
      editing: this.#writing.editing?.id ?? null,
      toggle: () => (this.scheduledOpen = !this.scheduledOpen),
      edit: (message) => void this.#edit(message),
      cancel: (id) => void this.#writing.cancel(id),
    });
  }

  #renderBox() {
    const { i18n } = this;
    const { text, urls, attachments, counted, empty, waits, editing, problem } = this.#writing;
    const count = countSegments(counted);
    const over = text.trim().length - LONGEST;
    const long = count.segments > 1 || count.units > 100 || (count.forcedBy !== null && count.units > 40);
    const context = this.#attachContext;
    return html`${attachedFiles(urls, i18n, (url) => this.#writing.setUrls(urls.filter((each) => each !== url)))}
      ${attachments && context ? [attachments.render(context), attachments.renderOpen(context)] : nothing}
      <div
        class="box ${this.toolsOpen ? 'open' : ''} ${long ? 'long' : ''}"
        part="box"
        @dragover=${this.#onDragOver}
        @drop=${this.#onFiles}
        @paste=${this.#onFiles}
      >
        ${this.#renderPop()}
        <button
          class="tool plus"
          aria-label=${i18n.t('more')}
          aria-expanded=${this.toolsOpen}
          @click=${() => (this.toolsOpen = !this.toolsOpen)}
        >
          ${icon('plus')}
        </button>
        <textarea
          part="input"
          rows="1"
          dir="auto"
          aria-label=${i18n.t('composer', { name: this.#name })}
          aria-invalid=${over > 0}
          placeholder=${i18n.t('placeholder')}
          enterkeyhint=${this.sendOn === 'enter' ? 'send' : 'enter'}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        ></textarea>
        <div class="tools" part="tools">
          ${this.#tool('smile', 'emoji', 'emoji')} ${this.#tool('bolt', 'quickReplies', 'quick')}
          ${this.#tool('clip', 'attach', 'attach')} ${this.#tool('clock', 'sendLater', 'later')}
          <slot name="composer-actions"></slot>
          <span
            class="count num ${over > 0 ? 'over' : ''}"
            part="count"
            title=${count.forcedBy === null ? nothing : i18n.t('unicode', { char: count.forcedBy })}
          >
            ${text === '' && count.units === 0 ? nothing : i18n.t('segments', { units: count.units, capacity: count.capacity, count: count.segments })}
          </span>
        </div>
        <button
          class="button primary send"
          part="send"
          ?disabled=${empty || waits || over > 0}
          @click=${() => void this.send()}
        >
          ${icon(editing ? 'check' : 'send', 'flip')}<span>${i18n.t(editing ? 'save' : 'send')}</span>
        </button>
      </div>
      ${notes(i18n, count.forcedBy, over, problem)}`;
  }

  #tool(name: IconName, word: WordKey, pop: Pop) {
    const label = this.t(word);
    return html`<button
      class="tool"
      part="tool"
      title=${label}
      aria-label=${label}
      aria-haspopup="true"
      aria-expanded=${this.pop === pop}
      @click=${() => this.#toggle(pop)}
    >
      ${icon(name)}
    </button>`;
  }

  #renderPop() {
    const pops = this.pop && this.#pops.now;
    if (!pops) return nothing;
    return pops.renderPop(this.pop as OpenPop, {
      i18n: this.i18n,
      zone: this.#zone,
      name: this.#name,
      hasText: !this.#writing.empty,
      later: this.#writing.later,
      replies: this.#replies,
      chosen: this.chosen,
      slash: this.#slash ?? '',
      filled: (body) => this.#filled(body),
      insert: (text) => this.insert(text),
      use: (reply) => this.#useReply(reply),
      setLater: (local) => this.#writing.setLater(local),
      schedule: (at) => this.#schedule(at),
      toLink: () => (this.pop = 'link'),
      attach: (way) => void this.#choose(way),
      link: (url) => {
        this.pop = null;
        if (/^https?:/.test(url)) this.attach(url);
        else this.#writing.complain(this.t('attachLinkBad'));
      },
    });
  }

  get #attachContext(): AttachContext | null {
    const { i18n, stores, client } = this;
    return stores && { i18n, stores, client, tag: this.tag('media-library'), of: this.#writing.place };
  }

  async #choose(way: AttachWay): Promise<void> {
    this.pop = null;
    const attachments = await this.#writing.attaching();
    const context = this.#attachContext;
    if (context) attachments.choose(way, context);
  }

  get #name(): string {
    const contact = this.conversation?.contact;
    return contact?.name ?? this.i18n.phone(contact?.phone ?? this.to);
  }
  get #thread() {
    return this.conversationId !== null && this.stores ? threadOf(this.stores, this.conversationId) : null;
  }
  get #contact(): Contact | null {
    const id = this.conversation?.contact.id;
    return id && this.stores ? contactOf(this.stores, id).contact : null;
  }
  /** The contact's, else the tenant's, else this browser's. */
  get #zone(): string {
    return this.#contact?.zone.name ?? this.i18n.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  get #slash(): string | null {
    return slashOf(this.#writing.text);
  }
  get #replies(): QuickReply[] {
    return matching(this.stores?.session.quickReplies ?? [], this.#slash ?? '');
  }

  #filled(body: string): string {
    return fillReply(body, this.#contact, this.stores?.session.me ?? null);
  }

  #useReply({ body }: QuickReply): void {
    const filled = this.#filled(body);
    this.pop = null;
    if (this.#slash === null) this.insert(filled);
    else this.#write(filled);
    this.field?.focus();
  }

  #toggle(pop: Pop): void {
    this.pop = this.pop === pop ? null : pop;
    this.chosen = 0;
    if (this.pop === 'quick') void this.stores?.session.loadQuickReplies();
  }

  #write(text: string): void {
    this.#writing.write(text);
    if (this.#slash !== null && this.pop !== 'quick') this.#toggle('quick');
    else if (this.#slash === null && this.pop === 'quick') this.pop = null;
  }

  #begun(elsewhere: boolean): void {
    this.pop = null;
    if (elsewhere) this.scheduledOpen = false;
    else this.toolsOpen = false;
    this.requestUpdate();
  }

  #schedule(at: Date): void {
    if (at.getTime() <= Date.now()) {
      this.#writing.complain(this.t('later.past'));
      return;
    }
    this.pop = null;
    void this.send(at);
  }

  async #edit(message: Message): Promise<void> {
    await this.#writing.edit(message);
    await this.updateComplete;
    this.field?.focus();
  }

  readonly #showConsent = () => {
    if (this.conversationId !== null)
      this.emit('block-action', { action: 'consent', conversationId: this.conversationId });
  };
  readonly #onDragOver = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  /** Dropped or pasted. */
  readonly #onFiles = (event: DragEvent | ClipboardEvent) => {
    const data = event instanceof DragEvent ? event.dataTransfer : event.clipboardData;
    if (!data?.files.length) return;
    event.preventDefault();
    void this.attachFiles(data.files);
  };
  readonly #onInput = (event: Event) => this.#write((event.target as HTMLTextAreaElement).value);
  readonly #onKey = (event: KeyboardEvent) => {
    // While a word is composed (Japanese, Chinese, Korean), Enter accepts it. Safari sends that Enter with code 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.pop === 'quick' && this.#slash !== null) {
      const replies = this.#replies;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step !== 0 && replies.length > 0) {
        event.preventDefault();
        this.chosen = (this.chosen + step + replies.length) % replies.length;
        return;
      }
      const reply = replies[this.chosen];
      if (reply && (event.key === 'Enter' || event.key === 'Tab')) {
        event.preventDefault();
        this.#useReply(reply);
        return;
      }
    }
    if (event.key === 'Escape' && this.#writing.editing) this.#writing.begin();
    if (!sends(event, this.sendOn)) return;
    event.preventDefault();
    void this.send();
  };
}
