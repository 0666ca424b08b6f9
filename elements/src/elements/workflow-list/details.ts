/** What is shown of the workflow that is open: its steps with their counts, its problems, its source, its versions. */
import { html, nothing, type TemplateResult } from 'lit';
import type { WorkflowCounts, WorkflowDetails, WorkflowVersion } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { OpenWorkflow } from '../../stores/workflows.ts';
import type { I18n } from '../../words/i18n.ts';
import { hookList } from './hooks.ts';

export interface DetailsContext {
  i18n: I18n;
  open: OpenWorkflow;
  mayChange: boolean;
  busy: boolean;
  rollBack: (version: number) => void;
  copied: () => void;
  /** What failed. */
  failures: TemplateResult | typeof nothing;
  renewHook: (key: string) => void;
}

export function workflowDetails(context: DetailsContext): TemplateResult {
  const { i18n, open, failures, renewHook: renew } = context;
  const { details, counts, versions, hooks } = open;
  return html`<div class="details" part="details">
    ${failures} ${counts && counts.steps.length > 0 ? stepTable(counts, i18n) : nothing}
    <section part="problems" aria-label=${i18n.t('workflows.problems')}>
      <h3>${i18n.t('workflows.problems')}</h3>
      ${problemList(details.problems, i18n)}
    </section>
    ${hooks && hooks.length > 0 ? hookList({ ...context, hooks, renew }) : nothing}
    ${source(details, context)} ${versions && versions.length > 0 ? versionList(versions, context) : nothing}
  </div>`;
}

function stepTable({ steps }: WorkflowCounts, i18n: I18n): TemplateResult {
  const number = (value: number, look = '') =>
    html`<td class="num ${value === 0 ? 'zero' : look}">${i18n.number(value)}</td>`;
  const title = i18n.t('workflows.steps');
  return html`<section part="steps" aria-label=${title}>
    <h3>${title}</h3>
    <div class="wide" tabindex="0" role="group" aria-label=${title}>
      <table>
        <thead>
          <tr>
            <th scope="col">${i18n.t('workflows.column.step')}</th>
            <th scope="col">${i18n.t('workflows.column.here')}</th>
            <th scope="col">${i18n.t('workflows.column.done')}</th>
            <th scope="col">${i18n.t('workflows.column.skipped')}</th>
            <th scope="col">${i18n.t('workflows.column.failed')}</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map(
            ({ step, words, standing, paused, done, skipped, failed }) =>
              html`<tr>
                <td><bdi>${words ?? step}</bdi></td>
                ${number(standing + paused)}${number(done)}${number(skipped)}${number(failed, 'bad')}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** What is wrong, where, and what to do about it. */
export function problemList(problems: WorkflowDetails['problems'], i18n: I18n): TemplateResult {
  if (problems.length === 0) return html`<p class="line">${i18n.t('workflows.noProblems')}</p>`;
  return html`<ul class="problems">
    ${problems.map(
      ({ severity, step, message, mend }) =>
        html`<li class=${severity}>
          ${icon('alert')}
          <div class="grow" dir="auto">
            <b>${message}</b>
            <small
              >${i18n.t(`workflows.severity.${severity}`)} · <bdi>${step ?? i18n.t('workflows.whole')}</bdi> ·
              ${i18n.t('workflows.mend', { mend })}</small
            >
          </div>
        </li>`,
    )}
  </ul>`;
}

function source({ source: text, key }: WorkflowDetails, { i18n, copied }: DetailsContext): TemplateResult {
  const title = i18n.t('workflows.source');
  const copy = () => void navigator.clipboard?.writeText(text).then(copied, () => undefined);
  return html`<section part="source" aria-label=${title}>
    <div class="bits">
      <h3>${title}</h3>
      <button class="button" @click=${copy}>${icon('copy')}${i18n.t('workflows.copy')}</button>
      <button class="button" @click=${() => download(text, key)}>
        ${icon('download')}${i18n.t('workflows.download')}
      </button>
    </div>
    <pre tabindex="0" role="group" aria-label=${title} translate="no">${text}</pre>
  </section>`;
}

function download(text: string, key: string): void {
  const json = text.trimStart().startsWith('{');
  const url = URL.createObjectURL(new Blob([text], { type: json ? 'application/json' : 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${key}.${json ? 'json' : 'yaml'}`;
  link.click();
  URL.revokeObjectURL(url);
}

function versionList(versions: readonly WorkflowVersion[], context: DetailsContext): TemplateResult {
  const { i18n, mayChange, busy, rollBack } = context;
  return html`<section part="versions" aria-label=${i18n.t('workflows.versions')}>
    <h3>${i18n.t('workflows.versions')}</h3>
    <ul class="versions">
      ${versions.map(({ version, published_at, published_by, current, running }) => {
        const date = i18n.date(published_at);
        const name = i18n.t('workflows.version', { version });
        const again = i18n.t('workflows.rollBack');
        return html`<li>
          <b>${name}</b>
          <span class="line grow"
            >${published_by ? i18n.t('workflows.by', { date, name: published_by.name }) : date}${
              running > 0 ? ` · ${i18n.t('workflows.running', { count: running })}` : ''
            }</span
          >
          ${
            current
              ? html`<span class="chip good">${i18n.t('workflows.current')}</span>`
              : mayChange
                ? html`<button
                    class="link"
                    aria-label=${i18n.t('workflows.actOn', { action: again, name })}
                    ?disabled=${busy}
                    @click=${() => rollBack(version)}
                  >
                    ${again}
                  </button>`
                : nothing
          }
        </li>`;
      })}
    </ul>
  </section>`;
}
