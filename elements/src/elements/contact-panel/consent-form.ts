import { css, html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Contact, RecordConsent } from '@patchbay/server-kit/contract';
import { CONSENT_KINDS, RECORDED_SOURCES } from '@patchbay/server-kit/contract/names';
import type { ApiError } from '../../client/errors.ts';
import { why } from '../../internal/parts.ts';
import type { ContactStore } from '../../stores/contact.ts';
import { enPanel } from '../../words/en-panel.ts';
import { addEnglish, localTime, zonedInstant, type I18n } from '../../words/i18n.ts';

addEnglish(enPanel);

export const styles = css`
  .grant label {
    display: grid;
    gap: 3px;
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .grant label .field {
    color: var(--_text);
    font-size: 13px;
  }
  .days {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
  }
  .days .field {
    min-width: 0;
  }
  .grant .bad {
    color: var(--_bad);
    font-size: var(--_text-s);
  }
`;

/** How somebody on the team comes to know of it; what a program says, a program records. */
const SOURCES = RECORDED_SOURCES.filter((source) => source !== 'api').toReversed();
/** The mildest that is more than a number left somewhere, first. */
const KINDS = [...CONSENT_KINDS.slice(1, 2), CONSENT_KINDS[0], ...CONSENT_KINDS.slice(2)];

export interface GrantContext {
  i18n: I18n;
  contact: Contact;
  store: ContactStore;
  done: (change: Promise<boolean>) => Promise<boolean>;
  close: () => void;
}

/** Writes down what a person has agreed to, with what proves it. What was typed stays when it is refused. */
export class ConsentForm {
  readonly #host: LitElement;
  #error: ApiError | null = null;

  constructor(host: LitElement) {
    this.#host = host;
  }

  render(context: GrantContext): TemplateResult {
    const { i18n, contact, close } = context;
    const today = localTime(Date.now(), zoneOf(i18n)).slice(0, 10);
    return html`<form
      class="grant"
      aria-label=${i18n.t('consent.recording')}
      @submit=${(event: SubmitEvent) => void this.#submit(event, context)}
      @keydown=${(event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === 'Escape') close();
      }}
    >
      ${labelled(
        i18n.t('consent.channel'),
        html`<select class="field" name="channel">
          ${contact.consent.map(({ channel }) => html`<option value=${channel}>${i18n.t(`consent.${channel}`)}</option>`)}
        </select>`,
      )}
      ${labelled(
        i18n.t('consent.kind'),
        html`<select class="field" name="kind">
          ${KINDS.map((kind) => html`<option value=${kind}>${i18n.t(`kind.${kind}`)}</option>`)}
        </select>`,
      )}
      ${labelled(
        i18n.t('consent.source'),
        html`<select class="field" name="source">
          ${SOURCES.map((source) => html`<option value=${source}>${i18n.t(`source.${source}`)}</option>`)}
        </select>`,
      )}
      ${labelled(
        i18n.t('consent.wording'),
        html`<input class="field" name="wording" required maxlength="2000" />`,
      )}
      ${labelled(
        i18n.t('consent.proofLink'),
        html`<input class="field" name="proof" type="url" maxlength="2000" placeholder="https://" />`,
      )}
      <div class="days">
        ${labelled(
          i18n.t('consent.given'),
          html`<input class="field" name="given" type="date" max=${today} value=${today} />`,
        )}
        ${labelled(
          i18n.t('consent.expires'),
          html`<input class="field" name="expires" type="date" min=${today} />`,
        )}
      </div>
      ${
        this.#error
          ? html`<p class="bad" role="alert">${i18n.t('error.change')} ${why(i18n, this.#error)}</p>`
          : nothing
      }
      <div class="acts">
        <button class="button">${i18n.t('save')}</button>
        <button class="link" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
      </div>
    </form>`;
  }

  async #submit(event: SubmitEvent, { i18n, store, done, close }: GrantContext): Promise<void> {
    event.preventDefault();
    const record = recordOf(new FormData(event.currentTarget as HTMLFormElement), i18n, Date.now());
    this.#error = null;
    if (await done(store.recordConsent(record))) return close();
    this.#error = store.takeError();
    this.#host.requestUpdate();
  }
}

/** What was filled in, as the ledger takes it: days are those of the reader's clock. */
export function recordOf(form: FormData, i18n: I18n, now: number): RecordConsent {
  const typed = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const zone = zoneOf(i18n);
  const [given, expires, proof] = [typed('given'), typed('expires'), typed('proof')];
  const source = SOURCES.find((each) => each === typed('source')) ?? 'member';
  return {
    channel: typed('channel') as NonNullable<RecordConsent['channel']>,
    action: 'grant',
    kind: KINDS.find((each) => each === typed('kind')) ?? 'express',
    wording: typed('wording'),
    ...(source !== 'member' && { source }),
    ...(proof !== '' && { proof: { reference: proof } }),
    // today means now: noon may be still to come
    ...(given !== '' &&
      given !== localTime(now, zone).slice(0, 10) && {
        occurred_at: zonedInstant(`${given}T12:00`, zone).toISOString(),
      }),
    // the whole of the last day counts
    ...(expires !== '' && { expires_at: zonedInstant(`${expires}T23:59`, zone).toISOString() }),
  };
}

const zoneOf = ({ timeZone }: I18n) => timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
const labelled = (label: string, input: TemplateResult) => html`<label>${label}${input}</label>`;
