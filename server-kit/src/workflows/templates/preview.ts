/** What a template makes of somebody, without sending anything or making any link. */
import { countSegments, type TemplatePreview } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { notFound } from '../../errors.ts';
import type { Run, RunContact } from '../steps/step.ts';
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

/** Throws `not_found`. */
export async function previewOf(tx: Tx, wanted: Wanted): Promise<TemplatePreview> {
  const { body, variables, links, now } = wanted;
  const contact = wanted.contactId === null ? NOBODY : await contactFor(tx, wanted.contactId);
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

const NOBODY: RunContact = {
  id: '00000000-0000-0000-0000-000000000000',
  first_name: null,
  last_name: null,
  name: null,
  phone: null,
  email: null,
  lead_type: null,
  stage: null,
  lead_score: null,
  owner_id: null,
  messenger_id: null,
  birth_month: null,
  birth_day: null,
  birth_year: null,
  last_birthday_sent_year: null,
  do_not_call: false,
  dnd: [],
  tags: [],
  fields: {},
  city: null,
  state: null,
  postal_code: null,
  country: null,
  zone: 'UTC',
  created_at: '2000-01-01T00:00:00.000Z',
};

async function contactFor({ sql, tenant }: Tx, id: string): Promise<RunContact> {
  const [row] = await sql<RunContact[]>`
    select c.contact_id as id, c.first_name, c.last_name, c.name, c.phone, c.email, c.lead_type, c.stage, c.lead_score,
      c.owner_id, c.messenger_id, c.birth_month, c.birth_day, c.birth_year, c.last_birthday_sent_year, c.do_not_call,
      c.dnd, c.tags, c.fields, c.city, c.state, c.postal_code, c.country, c.created_at,
      coalesce(c.time_zone, c.derived_zone, t.time_zone) as zone
    from contacts c join tenants t using (tenant_id)
    where c.tenant_id = ${tenant} and c.contact_id = ${id} and c.merged_into is null`;
  if (!row) throw notFound('contact');
  return row;
}
