/** Texts of the library, which steps of workflows and members use. Words in them are Liquid. */
import { z } from 'zod';
import { WORKFLOW_LIMITS } from './workflow/names.ts';
import { cursor, id, instant, memberRef, page } from './primitives.ts';

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, - and _; the first a letter')
  .meta({ description: 'What steps call it: `send_sms.template`' });
const name = z.string().trim().min(1).max(100);
const body = z.string().min(1).max(WORKFLOW_LIMITS.template).meta({
  description: 'Liquid, as `Hi {{ first_name | default: "there" }}!`',
});

export const template = z
  .object({
    id,
    key,
    name,
    body: z.string(),
    version: z.int().meta({ description: 'Counts up with every change of the words; the ETag' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Template' });
export type Template = z.infer<typeof template>;
export const templatePage = page(template, 'TemplatePage');

export const templateVersion = z
  .object({ version: z.int(), body: z.string(), author: memberRef.nullable(), created_at: instant })
  .meta({ id: 'TemplateVersion' });
export type TemplateVersion = z.infer<typeof templateVersion>;
export const templateVersions = z
  .object({ items: z.array(templateVersion) })
  .meta({ id: 'TemplateVersions' });

export const createTemplate = z.strictObject({ key, name, body }).meta({ id: 'CreateTemplate' });
export type CreateTemplate = z.input<typeof createTemplate>;
export const updateTemplate = z
  .strictObject({ name: name.optional(), body: body.optional() })
  .meta({ id: 'UpdateTemplate' });
export type UpdateTemplate = z.input<typeof updateTemplate>;

export const listTemplatesQuery = z.object({
  after: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const previewTemplate = z
  .strictObject({
    body,
    contact_id: id.optional().meta({ description: 'Whose words. Default: nobody’s, so that fallbacks show' }),
    variables: z
      .record(z.string().max(100), z.unknown())
      .default({})
      .meta({ description: 'What `vars` holds' }),
  })
  .meta({ id: 'PreviewTemplate' });
export type PreviewTemplate = z.input<typeof previewTemplate>;

export const templatePreview = z
  .object({
    text: z.string().nullable().meta({ description: 'Null: it cannot be rendered; `problems` say why' }),
    missing: z.array(z.string()).meta({ description: 'What had nothing to put in, and no fallback' }),
    problems: z.array(z.object({ code: z.string(), message: z.string(), mend: z.string() })),
    segments: z.int().nullable().meta({ description: 'As a text' }),
  })
  .meta({ id: 'TemplatePreview' });
export type TemplatePreview = z.infer<typeof templatePreview>;

export const webhookSecret = z
  .object({
    secret: z
      .string()
      .meta({ description: 'What `webhook` steps are signed with, as Standard Webhooks says' }),
  })
  .meta({ id: 'WebhookSecret' });
