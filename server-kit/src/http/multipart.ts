/** Uploads as a browser's plain form sends them: the file is one part of a body, which is read as it comes. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { Busboy } from '@fastify/busboy';
import { ProblemError } from '../errors.ts';

export interface FormFile {
  name: string | null;
  bytes: AsyncIterable<Uint8Array>;
}

/** Of a form’s other parts, which are passed over; the file’s bytes are counted by whoever takes them. */
const LIMITS = { files: 1, fields: 20, fieldSize: 64 * 1024, headerPairs: 100 };

export const isForm = (contentType: string) => /^multipart\/form-data\b/i.test(contentType);

/** The first file of a form; whatever else is in it is passed over. Throws `invalid_file`, while it is read too. */
export async function fileOfForm(
  body: ReadableStream<Uint8Array> | null,
  contentType: string,
): Promise<FormFile> {
  const source = Readable.fromWeb((body ?? new Blob([]).stream()) as NodeStream);
  let form: InstanceType<typeof Busboy>;
  try {
    form = new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
  } catch {
    throw noFile();
  }
  return new Promise((resolve, reject) => {
    let file: Readable | undefined;
    // it tells more than once, also when nobody listens any more, and an error that nobody hears ends the process
    const heard = () => undefined;
    form.on('error', heard);
    form.on('file', (_field, stream, name) => {
      file = stream.on('error', heard);
      resolve({ name: name || null, bytes: whole(stream, source) });
    });
    pipeline(source, form).then(
      () => reject(noFile()),
      // a form that ends in the middle leaves its file open
      (error: Error) => (file ? file.destroy(error) : reject(noFile())),
    );
  });
}

async function* whole(file: Readable, source: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* file as AsyncIterable<Uint8Array>;
  } catch {
    throw new ProblemError('invalid_file', 'The upload ended in the middle of the file. Send it again.');
  } finally {
    // nobody reads on after a file that is too large
    source.destroy();
  }
}

function noFile(): ProblemError {
  return new ProblemError('invalid_file', 'The form holds no file. Send it as one part of the form.');
}
