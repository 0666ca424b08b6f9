import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, Me, QuickReply } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { fillTemplate } from '../../internal/text.ts';
import { formatPhone, type I18n } from '../../words/i18n.ts';

/** The carrier's limit on one text (Twilio error 21617). */
export const LONGEST = 1600;

/** Below the text field: what makes the text dear, and what keeps it from going out. */
export function notes(i18n: I18n, forcedBy: string | null, over: number, problem: string): TemplateResult {
  const bad = (text: string) => html`<p class="note bad" role="alert">${text}</p>`;
  return html`${
    forcedBy === null
      ? nothing
      : html`<p class="note" part="unicode">${i18n.t('unicode', { char: forcedBy })}</p>`
  }
  ${over > 0 ? bad(i18n.t('tooLong', { count: over, max: LONGEST })) : nothing}
  ${problem ? bad(problem) : nothing}`;
}

/** What goes with the text, each to be taken away again. */
export function attachedFiles(
  files: readonly string[],
  i18n: I18n,
  remove: (url: string) => void,
): TemplateResult | typeof nothing {
  if (files.length === 0) return nothing;
  return html`<div class="files">
    ${files.map(
      (url) =>
        html`<span class="chip" part="file"
          >${icon('clip')}<bdi class="ell">${url}</bdi
          ><button aria-label=${i18n.t('removeNamed', { name: url })} @click=${() => remove(url)}>
            ${icon('x')}
          </button></span
        >`,
    )}
  </div>`;
}

/** A quick reply with everything filled in that is known of the contact, the member and the tenant. */
export function fillReply(body: string, contact: Contact | null, me: Me | null): string {
  const { first_name, last_name, name, phone, email, stage, lead_type } = contact ?? {};
  const known = { first_name, last_name, name, phone: formatPhone(phone), email, stage, lead_type };
  return fillTemplate(body, {
    ...contact?.fields,
    ...known,
    member_name: me?.member.name,
    tenant_name: me?.tenant.name,
  });
}

/** What stands after the slash, while the text is nothing but that. */
export function slashOf(text: string): string | null {
  return /^\/(\S*)$/.exec(text)?.[1] ?? null;
}

export function matching(replies: readonly QuickReply[], slash: string): QuickReply[] {
  const q = slash.toLowerCase();
  return replies.filter(({ shortcut, title }) => `${shortcut} ${title}`.toLowerCase().includes(q));
}

/** Whether a key sends. Shift and Alt with Enter always break the line. */
export function sends(event: KeyboardEvent, sendOn: 'enter' | 'mod-enter'): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  return sendOn === 'enter' || event.ctrlKey || event.metaKey;
}

/** As high as its text, up to what the stylesheet allows. */
export function grow(field: HTMLTextAreaElement): void {
  field.style.setProperty('height', 'auto');
  field.style.setProperty('height', `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`);
}
