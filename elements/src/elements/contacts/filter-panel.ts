/** The filter beside the table: a segment builder of the same family, registered when it is first wanted. */
import { css, type TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';
import type { Filter, Segment } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { ElementEvent } from '../../internal/events.ts';
import { register } from '../../register.ts';
import type { I18n } from '../../words/i18n.ts';
import { SegmentBuilder } from '../segment-builder/segment-builder.ts';

export const styles = css`
  .panel {
    flex: none;
    display: flex;
    flex-direction: column;
    width: min(440px, 45%);
    min-height: 0;
    border-inline-start: 1px solid var(--_line);
    background: var(--_surface);
  }
  .panel > .row {
    padding: 8px 8px 4px 16px;
  }
  .panel h2 {
    flex: 1;
    font-size: var(--_text-l);
    font-weight: 650;
  }
  .panel > :last-child {
    flex: 1;
    min-height: 0;
  }
  .narrow .panel {
    position: absolute;
    inset: 0;
    z-index: 6;
    width: auto;
    border: 0;
  }
`;

export interface FilterPanelContext {
  i18n: I18n;
  /** The builder's tag under this family's prefix. */
  tag: string;
  prefix: string;
  filter: Filter | null;
  /** Whose filter is changed; null: a filter of its own. */
  segment: Segment | null;
  change: (filter: Filter | null) => void;
  /** A segment was saved: show it. */
  show: (segmentId: string) => void;
  close: () => void;
}

export function filterPanel(context: FilterPanelContext): TemplateResult {
  const { i18n, tag, prefix, filter, segment, change, show, close } = context;
  register(prefix.replace(/-$/, ''), [SegmentBuilder]);
  const name = unsafeStatic(tag);
  return html`<section class="panel" part="panel" aria-label=${i18n.t('contacts.filter')}>
    <div class="row">
      <h2>${i18n.t('contacts.filter')}</h2>
      <button class="tool" aria-label=${i18n.t('close')} @click=${close}>${icon('x')}</button>
    </div>
    <${name}
      .segmentId=${segment?.kind === 'dynamic' ? segment.id : null}
      .filter=${filter}
      @filter-change=${(event: ElementEvent<'filter-change'>) => change(event.detail.filter)}
      @segment-save=${(event: ElementEvent<'segment-save'>) => show(event.detail.segment.id)}
    ></${name}>
  </section>`;
}
