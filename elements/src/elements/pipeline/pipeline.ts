import { html, type PropertyValues } from 'lit';
import { BaseElement } from '../../internal/base-element.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { styles } from './pipeline.styles.ts';

/**
 * @summary A pipeline as a board of cards to drag, with call and text on each.
 *
 * @csspart base - All of it.
 */
export class Pipeline extends BaseElement {
  static override readonly elementName: string = 'pipeline';
  static override styles = [tokens, base, styles];

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.watch(this.stores?.session);
  }

  protected override render() {
    const { i18n } = this;
    return html`<div part="base" dir=${i18n.dir} lang=${i18n.locale}><slot></slot></div>`;
  }
}
