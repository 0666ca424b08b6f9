/** The panel's workflows, under a heading of their own. */
import { html, type TemplateResult } from 'lit';
import type { RunsContext, RunsView } from '../enrollment-status/drawing.ts';

export { RunsView, runsOf, styles } from '../enrollment-status/drawing.ts';

export function runsSection(view: RunsView, context: RunsContext): TemplateResult {
  const title = context.i18n.t('runs');
  return html`<section part="workflows" aria-label=${title}>
    <h3>${title}</h3>
    ${view.render(context)}
  </section>`;
}
