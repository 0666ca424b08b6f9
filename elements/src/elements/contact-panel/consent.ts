import { css, html, nothing, type TemplateResult } from 'lit';
import type { ConsentRecord, ConsentRequest, Contact } from '@patchbay/server-kit/contract';
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

function described({ channel, kind, source, at, expires_at }: State, i18n: I18n): string {
  return [
    i18n.t(`consent.${channel}`),
    kind ? i18n.t(`kind.${kind}`) : '',
    sourceWord(source, i18n),
    at ? i18n.moment(at) : '',
    expires_at ? i18n.t('consent.until', { date: i18n.date(expires_at) }) : '',
  ]
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
  .asked {
    margin-top: 10px;
    padding: 9px 11px;
    border-radius: var(--_radius-m);
    background: var(--_warn-soft);
    color: var(--_warn);
    font-size: 13px;
  }
  .asked .fine {
    display: block;
    margin-top: 1px;
    color: inherit;
    overflow-wrap: anywhere;
  }
  .records a {
    color: var(--_accent-text);
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
      ({ channel, action, kind, source, wording, ip, proof, member, at, expires_at }) =>
        html`<li>
          ${channelSaid ? nothing : html`${i18n.t(`consent.${channel}`)} · `}${i18n.t(`consent.${action}`)}${
            kind ? html` · ${i18n.t(`kind.${kind}`)}` : nothing
          }
          ${wording ? html`<span class="fine"><bdi>“${wording}”</bdi></span>` : nothing}
          <span class="fine"
            >${sourceWord(source, i18n)}${ip ? html` · <bdi class="num">${ip}</bdi>` : nothing}${
              member ? html` · ${i18n.t('consent.by', { name: member.name })}` : nothing
            }
            ·
            ${i18n.moment(at)}${
              expires_at ? html` · ${i18n.t('consent.until', { date: i18n.date(expires_at) })}` : nothing
            }</span
          >
          ${proof ? html`<span class="fine">${proofLink(proof, i18n)}</span>` : nothing}
        </li>`,
    )}
  </ul>`;
}

/** A file's id is no address: only what can be opened is a link. */
function proofLink({ reference, description }: NonNullable<ConsentRecord['proof']>, i18n: I18n) {
  const words = description || i18n.t('consent.proof');
  return reference.startsWith('https://')
    ? html`<a href=${reference} target="_blank" rel="noopener noreferrer">${words}</a>`
    : html`${words} <bdi class="num">${reference}</bdi>`;
}

/** What the person was asked and has not answered. */
export function consentRequests(requests: readonly ConsentRequest[], i18n: I18n): TemplateResult {
  return html`${requests.map(
    ({ wording, member, asked_at, expires_at }) =>
      html`<div class="asked" part="asked" role="note">
        ${i18n.t('consent.asked', { date: i18n.date(expires_at) })}
        <span class="fine"><bdi>“${wording}”</bdi></span>
        <span class="fine"
          >${member ? html`${i18n.t('consent.by', { name: member.name })} · ` : nothing}${i18n.moment(asked_at)}</span
        >
      </div>`,
  )}`;
}
