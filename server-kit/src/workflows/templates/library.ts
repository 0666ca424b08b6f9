/** Texts that several steps and members use. A change of the words is a new version, and what was is kept. */
import type {
  CreateTemplate,
  MemberRef,
  Template,
  TemplateVersion,
  UpdateTemplate,
} from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import { notFound, ProblemError } from '../../errors.ts';
import { record } from '../../events/record.ts';
import { newId } from '../../ids.ts';
import { checkTemplate } from './render.ts';

/** The newest words of a template; null: there is none of that key. */
export async function bodyOfTemplate({ sql, tenant }: Tx, key: string): Promise<string | null> {
  const [row] = await sql<{ body: string }[]>`
    select body from templates where tenant_id = ${tenant} and key = ${key} and deleted_at is null`;
  return row?.body ?? null;
}

/** Newest first, one more than asked for when there is one; or one. For the caller's pipeline. */
export function readTemplates(
  { sql, tenant }: Tx,
  which: { id: string } | { after: { at: string; id: string } | null; limit: number },
) {
  return sql<Template[]>`
    select template_id as id, key, name, body, version, created_at, updated_at from templates
    where tenant_id = ${tenant} and deleted_at is null ${
      'id' in which
        ? sql`and template_id = ${which.id}`
        : sql`${which.after ? sql`and (created_at, template_id) < (${which.after.at}, ${which.after.id})` : sql``}
            order by created_at desc, template_id desc limit ${which.limit + 1}`
    }`;
}

/** Newest first. For the caller's pipeline. */
export function readVersions({ sql, tenant }: Tx, id: string) {
  return sql<TemplateVersion[]>`
    select version, body, author, created_at from template_versions
    where tenant_id = ${tenant} and template_id = ${id} order by version desc limit 500`;
}

/** Throws `invalid_template`, `template_exists`. */
export async function createTemplate(tx: Tx, given: CreateTemplate, member: MemberRef): Promise<Template> {
  const { sql, tenant } = tx;
  checkBody(given.body);
  const id = newId();
  const [made] = await sql`
    insert into templates (tenant_id, template_id, key, name, body)
    values (${tenant}, ${id}, ${given.key}, ${given.name}, ${given.body})
    on conflict (tenant_id, key) where deleted_at is null do nothing returning 1`;
  if (!made) {
    throw new ProblemError(
      'template_exists',
      `There is already a template “${given.key}”. Choose another key, or change that one.`,
      'key',
    );
  }
  await writeVersion(tx, id, 1, given.body, member);
  return told(tx, id, member);
}

/** Throws `not_found`, `edited_elsewhere`, `invalid_template`. */
export async function updateTemplate(
  tx: Tx,
  id: string,
  change: UpdateTemplate,
  expected: number | null,
  member: MemberRef,
): Promise<Template> {
  const { sql, tenant } = tx;
  await sql`select 1 from templates where tenant_id = ${tenant} and template_id = ${id} for no key update`;
  const before = await templateById(tx, id);
  if (expected !== null && before.version !== expected) {
    throw new ProblemError(
      'edited_elsewhere',
      'Someone else changed this template meanwhile. Load it again, then change it.',
    );
  }
  const { name = before.name, body = before.body } = change;
  if (name === before.name && body === before.body) return before;
  const version = body === before.body ? before.version : before.version + 1;
  if (version !== before.version) {
    checkBody(body);
    await writeVersion(tx, id, version, body, member);
  }
  await sql`
    update templates set name = ${name}, body = ${body}, version = ${version}, updated_at = moment()
    where tenant_id = ${tenant} and template_id = ${id}`;
  return told(tx, id, member);
}

/** Steps that use it fail from now on, and say so. Throws `not_found`. */
export async function deleteTemplate(tx: Tx, id: string, member: MemberRef): Promise<void> {
  const { sql, tenant } = tx;
  const [gone] = await sql<{ key: string }[]>`
    update templates set deleted_at = moment(), updated_at = moment()
    where tenant_id = ${tenant} and template_id = ${id} and deleted_at is null returning key`;
  if (!gone) throw notFound('template');
  await record(tx, [
    { type: 'template.updated', actor: member, data: { template_id: id, key: gone.key, deleted: true } },
  ]);
}

function checkBody(body: string): void {
  const wrong = checkTemplate(body).find(({ code }) => code === 'invalid_template');
  if (wrong) throw new ProblemError('invalid_template', `${wrong.message} ${wrong.mend}`, 'body');
}

async function writeVersion(
  { sql, tenant }: Tx,
  id: string,
  version: number,
  body: string,
  author: MemberRef,
) {
  await sql`
    insert into template_versions (tenant_id, template_id, version, body, author)
    values (${tenant}, ${id}, ${version}, ${body}, ${sql.json(author)})`;
}

async function templateById(tx: Tx, id: string): Promise<Template> {
  const [found] = await readTemplates(tx, { id });
  if (!found) throw notFound('template');
  return found;
}

async function told(tx: Tx, id: string, member: MemberRef): Promise<Template> {
  const template = await templateById(tx, id);
  const { key, version } = template;
  await record(tx, [{ type: 'template.updated', actor: member, data: { template_id: id, key, version } }]);
  return template;
}
