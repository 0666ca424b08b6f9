/**
 * Importing contacts from a CSV file: it is uploaded and looked at, its columns are mapped, then it runs as a job.
 */
import { z } from 'zod';
import { recordConsent } from './consent.ts';
import { job } from './job.ts';
import { DEDUPE_MODES, FILE_ENCODINGS, IMPORT_OUTCOMES, IMPORTED_SOURCES } from './names.ts';
import { id, instant } from './primitives.ts';

export const uploadImportQuery = z.object({
  id: id.optional().meta({ description: 'Of the import; the same again is the same import' }),
  name: z.string().trim().max(200).optional().meta({ description: 'Of the file, as people know it' }),
});

const text = z.string().max(2000);
const fieldName = z.string().min(1).max(110);

export const startImport = z
  .object({
    mapping: z.array(fieldName.nullable()).max(500).meta({
      description:
        'For each column, in order: a field of the contact, `fields.<key>`, `name` (first and last in one), `tags`, `further_phones` and `further_emails` (lists, separated by `;`), `opted_out` (yes: their numbers are withdrawn; no says nothing), or null to leave it out',
    }),
    defaults: z
      .record(fieldName, text)
      .default({})
      .meta({ description: 'For rows that leave a field empty, written as in the file' }),
    tags: z.array(z.string().trim().min(1).max(100)).max(50).default([]),
    dedupe: z
      .object({
        by: z.string().max(110).default('phone_or_email').meta({
          description:
            '`phone`, `email`, `phone_or_email`, or `fields.<key>` that holds an id of another system',
        }),
        mode: z.enum(DEDUPE_MODES).default('update'),
      })
      .prefault({}),
    region: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .optional()
      .meta({ description: 'How numbers and dates are written, ISO 3166. Default: the account’s' }),
    consent: z
      .object({
        channel: z.literal('sms'),
        kind: recordConsent.shape.kind,
        source: z.enum(IMPORTED_SOURCES).default('import'),
        wording: z.string().trim().min(1).max(2000).meta({ description: 'What they were asked or shown' }),
        proof: recordConsent.shape.proof,
        occurred_at: instant.optional().meta({ description: 'When it was given. Default: now' }),
        occurred_at_column: z.int().min(0).optional().meta({
          description: 'The column, from 0, that says it row by row; where it is empty: `occurred_at`',
        }),
      })
      .nullable()
      .default(null)
      .meta({ description: 'What everybody in the file has agreed to. Managers only' }),
  })
  .meta({ id: 'StartImport' });
export type StartImport = z.infer<typeof startImport>;
export type StartImportRequest = z.input<typeof startImport>;

export const importColumn = z
  .object({
    name: z.string().meta({ description: 'Of the header; it may be empty, and stand there twice' }),
    samples: z.array(z.string()),
    proposed: z.string().nullable().meta({ description: 'The field that it looks like' }),
  })
  .meta({ id: 'ImportColumn' });

export const importDetails = z
  .object({
    job,
    encoding: z.enum(FILE_ENCODINGS),
    delimiter: z.string(),
    columns: z.array(importColumn),
    rows: z.array(z.array(z.string())).meta({ description: 'The first few, as they stand in the file' }),
    settings: startImport.nullable().meta({ description: 'As it was started' }),
  })
  .meta({ id: 'ImportDetails' });
export type ImportDetails = z.infer<typeof importDetails>;

export const importPreview = z
  .object({
    items: z.array(
      z.object({
        line: z.int().meta({ description: 'Of the file' }),
        outcome: z.enum(IMPORT_OUTCOMES),
        contact_id: id.nullable().meta({ description: 'Of the contact that is there already' }),
        values: z.record(z.string(), z.unknown()).meta({ description: 'As they would be stored' }),
        problem: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ImportPreview' });
export type ImportPreview = z.infer<typeof importPreview>;
