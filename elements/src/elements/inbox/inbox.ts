import { nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { html, unsafeStatic } from 'lit/static-html.js';
import { BaseElement } from '../../internal/base-element.ts';
import type { ElementEvent } from '../../internal/events.ts';
import { icon } from '../../internal/icons-more.ts';
import { Lazy } from '../../internal/lazy.ts';
import { KeyboardInset } from '../../internal/keyboard-inset.ts';
import { emptyState } from '../../internal/parts.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import type { Composer } from '../composer/composer.ts';
import { register, type ElementClass } from '../../register.ts';
import type { ContactPanel } from '../contact-panel/contact-panel.ts';
import type { ConversationList } from '../conversation-list/conversation-list.ts';
import type { Thread } from '../thread/thread.ts';
import { styles } from './inbox.styles.ts';
import '../../stores/messaging.ts';
import type { NewMessage } from './new-message.ts';

/** From these widths of the element, in px, there are two and three columns. */
const TWO = 640;
const THREE = 1024;

/**
 * @summary The whole inbox: conversations, thread, composer and contact, in one to three columns by its own width.
 *
 * @slot list-actions - Beside the list's title.
 * @slot header-actions - In the thread's header: call, video.
 * @slot composer-actions - Beside the composer's buttons.
 * @slot block-actions - Ways out while nothing can be sent.
 * @slot panel - At the end of the contact's panel.
 * @slot empty - Beside the list while nothing is open.
 * @event conversation-open - A conversation is opened; cancelable.
 * @event conversation-close - It was left.
 * @event contact-open - The contact's details are wanted; cancelable.
 * @event message-new - A new message is wanted; cancelable.
 * @event message-send - A text is about to be sent; cancelable.
 * @event message-sent - The server has it.
 * @csspart list - The list's column.
 * @csspart middle - The thread's column.
 * @csspart panel - The contact's column.
 * @csspart shortcuts - The dialog of keyboard shortcuts.
 */
export class Inbox extends BaseElement {
  static override readonly elementName: string = 'inbox';
  static override styles = [tokens, base, styles];

  @query('.root') private root!: HTMLElement | null;
  @query('.list') private list!: ConversationList | null;
  @query('.thread') private threadElement!: Thread | null;
  @query('.composer') private composer!: Composer | null;
  @query('.contact') private contactPanel!: ContactPanel | null;

  /** The open conversation. Set it to open one. */
  @property({ attribute: 'conversation-id', reflect: true }) conversationId: string | null = null;
  /** Minutes after which a person who waits for an answer is marked. */
  @property({ type: Number, attribute: 'sla-minutes' }) slaMinutes = 15;
  /** See the composer. */
  @property({ attribute: 'send-on' }) sendOn: 'enter' | 'mod-enter' = 'enter';
  /** Leaves out the contact's column. */
  @property({ type: Boolean, attribute: 'no-panel' }) noPanel = false;
  /** Leaves the keyboard to the host. */
  @property({ type: Boolean, attribute: 'no-shortcuts' }) noShortcuts = false;

  @state() private columns: 1 | 2 | 3 = 1;
  /** On three columns it begins open, else closed; null: not chosen yet. */
  @state() private panelWanted: boolean | null = null;
  @state() private helpOpen = false;

  readonly #extras = new Lazy(this, () => import('./extras.ts'));
  #new: NewMessage | null = null;
  readonly #tags = new Map<string, ReturnType<typeof unsafeStatic>>();
  protected readonly keyboard = new KeyboardInset(this, () => this.root);
  #observer: ResizeObserver | undefined;
  #parts: Promise<unknown> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer = new ResizeObserver(([entry]) => this.#fit(entry?.contentRect.width ?? 0));
    this.#observer.observe(this);
    this.#fit(this.getBoundingClientRect().width);
    document.addEventListener('keydown', this.#onKey);
    this.#loadParts();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    document.removeEventListener('keydown', this.#onKey);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.stores?.cache, this.stores?.session);
    if (changed.has('conversationId') && this.conversationId !== null) this.#new = null;
  }

  /** Done when everything that is shown has been loaded and drawn. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await this.#parts;
    return super.getUpdateComplete();
  }

  /** Opens a conversation. */
  open(conversationId: string): void {
    this.conversationId = conversationId;
  }

  /** Starts a new message, to a number if given. */
  async compose(to = ''): Promise<void> {
    const { NewMessage } = await this.#extras.load();
    this.conversationId = null;
    this.#new = new NewMessage(
      () => this.requestUpdate(),
      () => (this.#new = null),
    );
    if (to !== '' && this.stores) this.#new.type(to, this.stores.client);
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#to')?.focus();
  }

  /** Shows the keyboard shortcuts. */
  async showShortcuts(): Promise<void> {
    await this.#extras.load();
    this.helpOpen = true;
    await this.updateComplete;
  }

  protected override render() {
    const { i18n, columns } = this;
    const busy = this.conversationId !== null || this.#new !== null;
    const panel = this.#panelOpen;
    const showList = columns > 1 || !busy;
    const showMiddle = columns > 1 || busy;
    return html`<div
      class="root cols-${columns} ${panel ? 'with-panel' : ''}"
      part="base"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @conversation-open=${this.#onOpen}
      @conversation-close=${this.#onClose}
      @contact-open=${this.#onContact}
      @message-new=${this.#onNew}
      @message-sent=${this.#onSent}
      @block-action=${this.#onBlock}
    >
      ${this.#renderList(showList)} ${showMiddle ? this.#renderMiddle() : nothing}
      ${panel ? this.#renderPanel() : nothing}
      ${this.helpOpen ? this.#extras.now?.shortcutsDialog(i18n, () => (this.helpOpen = false)) : nothing}
    </div>`;
  }

  /** Hidden rather than removed on one column: the list keeps its place while a thread is open. */
  #renderList(show: boolean): TemplateResult {
    const tag = this.#static('conversation-list');
    return html`<${tag} class="list" part="list" ?hidden=${!show} .client=${this.client} .words=${this.words}
      .locale=${this.locale} .timeZone=${this.timeZone}
      .selectedId=${this.conversationId} .slaMinutes=${this.slaMinutes}>
      <slot name="list-actions" slot="header-actions"></slot>
    </${tag}>`;
  }

  #renderMiddle(): TemplateResult {
    const back = this.columns === 1;
    const { stores } = this;
    if (this.#new && stores) {
      return html`<div class="middle" part="middle">
        ${this.#new.render(this.i18n, stores.client, this.#renderComposer(this.#new.to), back)}
      </div>`;
    }
    if (this.conversationId === null) {
      return html`<div class="middle" part="middle">
        <slot name="empty" class="nothing"
          >${emptyState('chat', this.t('empty.pick'), this.t('empty.pickHint'))}</slot
        >
      </div>`;
    }
    const tag = this.#static('thread');
    return html`<div class="middle" part="middle">
      <${tag} class="thread" .client=${this.client} .words=${this.words} .locale=${this.locale} .timeZone=${this.timeZone}
        .conversationId=${this.conversationId} .back=${back} .noNotice=${!back} .noDetails=${this.noPanel} .detailsOpen=${this.#panelOpen}>
        <slot name="header-actions" slot="header-actions"></slot>
      </${tag}>
      ${this.#renderComposer(null)}
    </div>`;
  }

  #renderComposer(to: string | null): TemplateResult {
    const tag = this.#static('composer');
    return html`<${tag} class="composer" .client=${this.client} .words=${this.words} .locale=${this.locale}
      .timeZone=${this.timeZone} .conversationId=${to === null ? this.conversationId : null} .to=${to} .sendOn=${this.sendOn}>
      <slot name="composer-actions" slot="composer-actions"></slot>
      <slot name="block-actions" slot="block-actions"></slot>
    </${tag}>`;
  }

  #renderPanel(): TemplateResult {
    const tag = this.#static('contact-panel');
    return html`<aside class="panel" part="panel" aria-label=${this.t('details')}>
      ${
        this.columns === 3
          ? nothing
          : html`<button
              class="tool"
              aria-label=${this.t('close')}
              @click=${() => (this.panelWanted = false)}
            >
              ${icon('x')}
            </button>`
      }
      <${tag} class="contact" .client=${this.client} .words=${this.words} .locale=${this.locale} .timeZone=${this.timeZone}
        .contactId=${this.#contactId}><slot name="panel"></slot></${tag}>
    </aside>`;
  }

  /**
   * The list is seen first; thread, composer and panel come right behind it, under this element's own prefix. Whoever
   * has registered them already (`define`, or their own entries) loads nothing here.
   */
  #loadParts(): void {
    const known = (name: string) => customElements.get(this.tag(name)) !== undefined;
    const prefix = this.tag('').slice(0, -1);
    const add = (load: Promise<Record<string, ElementClass>>) =>
      load.then((classes) => register(prefix, Object.values(classes))).catch(() => (this.#parts = undefined));
    this.#parts ??= Promise.all([
      known('thread') && known('composer') ? undefined : add(import('./conversation.ts')),
      known('contact-panel') || this.noPanel ? undefined : add(import('../contact-panel/contact-panel.ts')),
    ]);
  }

  #static(name: string) {
    let tag = this.#tags.get(name);
    // Our own name with another ending, never text from outside: `unsafeStatic` is safe here.
    if (!tag) this.#tags.set(name, (tag = unsafeStatic(this.tag(name))));
    return tag;
  }

  get #contactId(): string | null {
    return (this.conversationId && this.stores?.cache.get(this.conversationId)?.contact.id) ?? null;
  }
  get #panelOpen(): boolean {
    return !this.noPanel && this.conversationId !== null && (this.panelWanted ?? this.columns === 3);
  }

  #fit(width: number): void {
    if (width === 0) return;
    const columns = width >= THREE ? 3 : width >= TWO ? 2 : 1;
    if (columns === this.columns && this.hasUpdated) return;
    // A drawer that was open over two columns would cover one: every change of columns begins anew.
    this.panelWanted = null;
    this.columns = columns;
  }

  readonly #onOpen = (event: ElementEvent<'conversation-open'>) => {
    // A host that listens on this element hears the event after us: wait for its word.
    queueMicrotask(() => {
      if (!event.defaultPrevented) this.conversationId = event.detail.conversationId;
    });
  };
  readonly #onClose = () => {
    this.conversationId = null;
    if (this.columns === 1) this.panelWanted = null;
  };
  readonly #onContact = (event: ElementEvent<'contact-open'>) => {
    queueMicrotask(() => {
      // the panel shows others by itself
      const own = event.detail.contactId === this.#contactId;
      if (!event.defaultPrevented && own) this.panelWanted = !this.#panelOpen;
    });
  };
  readonly #onNew = (event: ElementEvent<'message-new'>) => {
    queueMicrotask(() => {
      if (!event.defaultPrevented) void this.compose();
    });
  };
  readonly #onSent = (event: ElementEvent<'message-sent'>) => {
    if (this.#new) this.open(event.detail.message.conversation_id);
  };
  readonly #onBlock = (event: ElementEvent<'block-action'>) => {
    queueMicrotask(() => {
      if (event.defaultPrevented) return;
      this.panelWanted = true;
      void this.updateComplete.then(() => this.contactPanel?.showConsent());
    });
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (this.noShortcuts || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (
      target instanceof HTMLElement &&
      (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    )
      return;
    // A key pressed elsewhere in the host's page is the host's, unless nothing there has the focus.
    if (target !== document.body && !event.composedPath().includes(this)) return;
    if (!this.checkVisibility() || this.helpOpen) return;
    const act = {
      j: () => this.list?.openNeighbour(1),
      k: () => this.list?.openNeighbour(-1),
      r: () => this.composer?.focus(),
      e: () => this.#toggleClosed(),
      '/': () => this.list?.focusSearch(),
      '?': () => void this.showShortcuts(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  #toggleClosed(): void {
    const conversation = this.threadElement?.conversation;
    if (!conversation) return;
    const state = conversation.state === 'closed' ? 'inbox' : 'closed';
    void this.stores?.cache.update(conversation.id, { state }).catch(() => undefined);
  }
}
