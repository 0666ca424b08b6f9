import { html, type PropertyValues } from 'lit';
import { BaseElement } from '../../internal/base-element.ts';
import { base } from '../../styles/base.ts';
import { tokens } from '../../styles/tokens.ts';
import { styles } from './media-library.styles.ts';

/**
 * @summary The account's videos, pictures and documents: uploads, finds, names, replaces and hands them out.
 *
 * @csspart base - All of it.
 */
export class MediaLibrary extends BaseElement {
  static override readonly elementName: string = 'media-library';
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
