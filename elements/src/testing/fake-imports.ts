/** The in-memory server's end of imports: it reads plain CSV, proposes columns by their names, and runs in a few looks. */
import type { ImportDetails, ImportPreview, Job, StartImportRequest } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { createWorld } from './fake-world.ts';
import { fakeId } from './people.ts';

type World = ReturnType<typeof createWorld>;
type Methods = 'uploadImport' | 'getImport' | 'previewImport' | 'startImport';

const NAMES: Record<string, string> = {
  name: 'name',
  'first name': 'first_name',
  'last name': 'last_name',
  mobile: 'phone',
  phone: 'phone',
  email: 'email',
  tags: 'tags',
};

/** `run` takes a job over that is to be found by `getJob`. */
export function fakeImports(world: World, run: (job: Job) => void): Pick<PatchbayClient, Methods> {
  const { answer, missing, me, nextNumber, now } = world;
  const imports = new Map<string, { details: ImportDetails; rows: string[][] }>();
  const held = (id: string) => {
    const found = imports.get(id);
    if (!found) throw missing();
    return found;
  };

  return {
    async uploadImport(file, { name = 'people.csv', signal } = {}) {
      const text = await file.text();
      return answer(
        'uploadImport',
        [name],
        () => {
          if (text.startsWith('PK'))
            throw new ApiError('invalid_file', 422, 'This is an Excel workbook. Save the sheet as CSV.');
          const [header = [], ...rows] = text
            .trim()
            .split(/\r?\n/)
            .map((line) => line.split(','));
          const job: Job = {
            id: fakeId('d', nextNumber() + 40),
            kind: 'import',
            state: 'waiting',
            action: null,
            name,
            total: null,
            done: 0,
            failed: 0,
            counts: {},
            reason: null,
            download: null,
            member: me.member,
            created_at: new Date(now()).toISOString(),
            finished_at: null,
          };
          const details: ImportDetails = {
            job,
            encoding: 'utf-8',
            delimiter: ',',
            columns: header.map((column, index) => ({
              name: column,
              samples: rows.slice(0, 3).map((row) => row[index] ?? ''),
              proposed: NAMES[column.trim().toLowerCase()] ?? null,
            })),
            rows: rows.slice(0, 5),
            settings: null,
          };
          imports.set(job.id, { details, rows });
          return details;
        },
        signal,
      );
    },
    getImport: (id, o) => answer('getImport', [id], () => held(id).details, o?.signal),
    previewImport: (id, settings, o) =>
      answer(
        'previewImport',
        [id, settings],
        () => ({
          items: held(id)
            .rows.slice(0, 20)
            .map((row, index) => look(row, index, settings)),
        }),
        o?.signal,
      ),
    startImport: (id, settings) =>
      answer('startImport', [id, settings], () => {
        const { details, rows } = held(id);
        const refused = rows.filter((row, index) => look(row, index, settings).outcome === 'refused').length;
        const job: Job = {
          ...details.job,
          state: 'queued',
          total: rows.length,
          failed: refused,
          counts: { created: rows.length - refused, updated: 0, unchanged: 0, skipped: 0, consented: 0 },
        };
        run(job);
        return job;
      }),
  };
}

function look(row: string[], index: number, { mapping }: StartImportRequest): ImportPreview['items'][number] {
  const values = Object.fromEntries(mapping.flatMap((field, at) => (field ? [[field, row[at] ?? '']] : [])));
  const phone = values['phone'] ?? '';
  const bad = phone !== '' && !/^[+\d() .-]{7,}$/.test(phone);
  return {
    line: index + 2,
    outcome: bad ? 'refused' : 'created',
    contact_id: null,
    values: { ...values, first_name: values['first_name'] ?? values['name'] ?? '' },
    problem: bad ? `phone: "${phone}" is not a phone number.` : null,
  };
}
