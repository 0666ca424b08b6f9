/** What a template makes of somebody, without sending anything or making any link. */
import { countSegments, type TemplatePreview } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { NOBODY, runContactById } from '../run-contact.ts';
import type { Run } from '../steps/step.ts';
import { checkTemplate, render, TemplateError } from './render.ts';
import { scopesFor } from './scope.ts';

export interface Wanted {
  body: string;
  contactId: string | null;
  variables: Record<string, unknown>;
  /** Where links of this account begin. */
  links: string;
  now: Date;
}

/** Throws `not_found`, `contact_merged`. */
export async function previewOf(tx: Tx, wanted: Wanted): Promise<TemplatePreview> {
  const { body, variables, links, now } = wanted;
  const contact = wanted.contactId === null ? NOBODY : await runContactById(tx, wanted.contactId);
  const problems = checkTemplate(body);
  const run: Run = {
    enrollmentId: contact.id,
    workflowId: contact.id,
    contact,
    variables,
    source: {},
    ordinal: 0,
    attempt: 0,
    startedAt: now,
    waited: null,
  };
  try {
    // as long as real ones, and leading nowhere
    const effects = {
      assetLink: ({ linkDomain }: { linkDomain: string | null }) =>
        `${linkDomain ?? links}/m/${'x'.repeat(14)}`,
      shortLink: ({ linkDomain }: { linkDomain: string | null }) =>
        `${linkDomain ?? links}/m/${'x'.repeat(15)}`,
    };
    const scopeOf = await scopesFor({ tx, effects, now, step: 'preview' }, [run], [body]);
    const { scope, options } = scopeOf(run);
    const { text, missing } = render(body, scope, options);
    return { text, missing, problems, segments: countSegments(text).segments };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { message, mend } = error;
    const known = problems.some(({ code }) => code === 'invalid_template');
    return {
      text: null,
      missing: [],
      problems: known ? problems : [...problems, { code: 'invalid_template', message, mend }],
      segments: null,
    };
  }
}
