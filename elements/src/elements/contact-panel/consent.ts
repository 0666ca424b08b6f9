import { css, html, nothing, type TemplateResult } from 'lit';
import type { ConsentRecord, Contact } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons.ts';
import type { I18n } from '../../words/i18n.ts';

type State = Contact['consent'][number];

/** Per channel: allowed, opted out or never asked; below, from when and where. */
export function consentChips(contact: Contact, i18n: I18n): TemplateResult {
  const newest = contact.consent
    .filter(({ at }) => at !== null)
    .toSorted((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))[0];
  return html`<div class="consents">${contact.consent.map((each) => chip(each, i18n))}</div>
    ${newest ? html`<p class="fine">${described(newest, i18n)}</p>` : nothing}`;
}

function chip(consent: State, i18n: I18n): TemplateResult {
  const channel = i18n.t(`consent.${consent.channel}`);
  const title = consent.at ? described(consent, i18n) : '';
  if (consent.state === 'granted') {
    const label = i18n.t('consent.granted', { channel });
    return html`<span class="chip good" part="consent" title=${title} aria-label=${label}
      >${icon('check')}${channel}</span
    >`;
  }
  if (consent.state === 'withdrawn') {
    return html`<span class="chip bad" part="consent" title=${title}
      >${i18n.t('consent.withdrawn', { channel })}</span
    >`;
  }
  return html`<span class="chip" part="consent">${i18n.t('consent.notAsked', { channel })}</span>`;
}

function described({ channel, source, at }: State, i18n: I18n): string {
  return [i18n.t(`consent.${channel}`), sourceWord(source, i18n), at ? i18n.moment(at) : '']
    .filter(Boolean)
    .join(' · ');
}

function sourceWord(source: string | null, i18n: I18n): string {
  const key = `source.${source ?? ''}`;
  return i18n.has(key) ? i18n.t(key) : (source ?? '');
}

/** For `consentRecords`. */
export const recordStyles = css`
  .records {
    display: grid;
    gap: 9px;
    margin-top: 10px;
    font-size: 13px;
  }
  .records .fine {
    display: block;
    margin: 1px 0 0;
    overflow-wrap: anywhere;
  }
`;

/** The ledger as it was written, newest first. */
export function consentRecords(
  records: readonly ConsentRecord[],
  i18n: I18n,
  channelSaid = false,
): TemplateResult {
  if (records.length === 0) return html`<p class="fine">${i18n.t('consent.empty')}</p>`;
  return html`<ul class="records">
    ${records.map(
      ({ channel, action, source, wording, member, at }) =>
        html`<li>
          ${channelSaid ? nothing : html`${i18n.t(`consent.${channel}`)} · `}${i18n.t(`consent.${action}`)}
          ${wording ? html`<span class="fine"><bdi>“${wording}”</bdi></span>` : nothing}
          <span class="fine"
            >${sourceWord(source, i18n)}${member ? html` · ${i18n.t('consent.by', { name: member.name })}` : nothing}
            · ${i18n.moment(at)}</span
          >
        </li>`,
    )}
  </ul>`;
}
