/** Files made on the spot, and a sender of tus as plain as can be. */
import { createHash } from 'node:crypto';
import type { Problem } from '../../contract/index.ts';
import type { TestKit } from '../../testing/kit.ts';
import { TEST_URL } from '../../testing/kit.ts';

/** A PDF of this size. The same seed makes the same bytes. */
export function pdf(size: number, seed = 1): Buffer {
  const head = Buffer.from(`%PDF-1.7\n% ${seed}\n`);
  const tail = Buffer.from('\nstartxref\n0\n%%EOF\n');
  const middle = Buffer.alloc(Math.max(0, size - head.length - tail.length));
  let state = (seed * 2654435761) >>> 0;
  for (let at = 0; at < middle.length; at += 1) {
    // letters and line ends: nothing that could be taken for a script
    if (at % 61 === 60) middle[at] = 10;
    else {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      middle[at] = 97 + ((state >>> 24) % 26);
    }
  }
  return Buffer.concat([head, middle, tail]);
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface TusAnswer {
  status: number;
  offset: number | null;
  problem: Problem | null;
}

export type BodyOf = Uint8Array | ReadableStream<Uint8Array>;

/** One request of tus to a kit, without a server between. */
export async function tus(
  kit: TestKit,
  method: 'HEAD' | 'PATCH' | 'DELETE',
  id: string,
  { as = kit.a.agent, offset, body }: { as?: string; offset?: number; body?: BodyOf } = {},
): Promise<TusAnswer> {
  const answer = await kit.kit.fetch(
    new Request(`${TEST_URL}/v1/media/uploads/${id}`, {
      method,
      headers: {
        authorization: `Bearer ${as}`,
        'tus-resumable': '1.0.0',
        ...(offset === undefined ? {} : { 'upload-offset': String(offset) }),
        ...(body === undefined ? {} : { 'content-type': 'application/offset+octet-stream' }),
      },
      ...(body === undefined ? {} : { body: body as BodyInit, duplex: 'half' }),
    }),
  );
  const text = await answer.text();
  const at = answer.headers.get('upload-offset');
  return {
    status: answer.status,
    offset: at === null ? null : Number(at),
    problem: text === '' ? null : (JSON.parse(text) as Problem),
  };
}

export async function begin(kit: TestKit, body: object, as = kit.a.agent) {
  return kit.request('POST', '/v1/media/uploads', { as, body });
}

/** Begins and sends it whole. Returns the upload as it is after. */
export async function send(kit: TestKit, bytes: Uint8Array, more: object = {}, as = kit.a.agent) {
  const made = await begin(kit, { name: 'Welcome.pdf', size: bytes.length, ...more }, as);
  if (made.status !== 201) throw new Error(`the upload was refused: ${JSON.stringify(made.body)}`);
  const answer = await tus(kit, 'PATCH', made.body.id, { as, offset: 0, body: bytes });
  const now = await kit.request('GET', `/v1/media/uploads/${made.body.id}/state`, { as });
  return { answer, upload: now.body };
}
