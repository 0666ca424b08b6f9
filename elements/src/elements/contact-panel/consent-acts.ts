import { html, nothing, type TemplateResult } from 'lit';
import type { Contact, RecordConsent } from '@patchbay/server-kit/contract';
import type { ContactStore } from '../../stores/contact.ts';
import type { I18n } from '../../words/i18n.ts';

/** What the section needs of its panel. */
export interface ConsentHost {
  i18n: I18n;
  readOnly: boolean;
  recordsOpen: boolean;
  granting: boolean;
  /** Said below the buttons, and read aloud. */
  said: string;
  /** Shown to be copied by hand where the browser does not let us. */
  link: string;
  set(change: Partial<{ recordsOpen: boolean; granting: boolean; said: string; link: string }>): void;
  done(change: Promise<boolean>): Promise<boolean>;
}

/** The buttons of the consent section, and what they open. */
export function consentActs(contact: Contact, store: ContactStore, host: ConsentHost): TemplateResult {
  const { i18n, readOnly, recordsOpen, granting, said, link } = host;
  const sms = contact.consent.find(({ channel }) => channel === 'sms');
  const record = (change: RecordConsent) => void host.done(store.recordConsent(change));
  const act = (label: string, click: () => void, expanded?: boolean) =>
    html`<button class="link" aria-expanded=${expanded ?? nothing} @click=${click}>${label}</button>`;
  return html`<div class="acts">
      ${act(i18n.t('consent.record'), () => host.set({ recordsOpen: !recordsOpen }), recordsOpen)}
      ${
        readOnly
          ? nothing
          : sms?.state === 'granted'
            ? act(i18n.t('consent.recordWithdraw'), () => record({ channel: 'sms', action: 'withdraw' }))
            : nothing
      }
      ${readOnly ? nothing : act(i18n.t('consent.recordGrant'), () => host.set({ granting: !granting }), granting)}
      ${
        readOnly || !sms
          ? nothing
          : html`${
              sms.state === 'unknown' || (sms.state === 'granted' && sms.kind !== 'express_written')
                ? act(i18n.t('consent.ask'), () => void ask(store, host))
                : nothing
            }${act(i18n.t('consent.copyLink'), () => void copyLink(store, host))}`
      }
    </div>
    <p class="fine" role="status">${said}</p>
    ${
      link
        ? html`<input
            class="field"
            readonly
            .value=${link}
            aria-label=${i18n.t('consent.link')}
            @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
          />`
        : nothing
    }`;
}

async function ask(store: ContactStore, host: ConsentHost): Promise<void> {
  host.set({ said: '', link: '' });
  await host.done(store.requestConsent({ via: 'sms' }));
}

async function copyLink(store: ContactStore, host: ConsentHost): Promise<void> {
  host.set({ said: '', link: '' });
  const link = await store.preferenceLink();
  if (link === null) return;
  // without permission, or on a page without https, there is no clipboard
  const copied = await navigator.clipboard?.writeText(link).then(
    () => true,
    () => false,
  );
  host.set(copied ? { said: host.i18n.t('consent.linkCopied') } : { link });
}
