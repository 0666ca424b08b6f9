/** Files of jobs, as numbered chunks. They are written in the transactions of the pieces, and go a week after the end. */
import type { Database, Tx } from '../db/client.ts';

/** For the caller's pipeline. Nothing for no bytes. */
export function writeChunk({ sql, tenant }: Tx, fileId: string, number: number, bytes: Uint8Array) {
  return sql`insert into bulk_files (tenant_id, file_id, number, bytes)
    select ${tenant}, ${fileId}, ${number}, ${bytes} where ${bytes.length > 0}`;
}

/** For the caller's pipeline. */
export function removeFiles({ sql, tenant }: Tx, fileIds: (string | null)[]) {
  return sql`delete from bulk_files where tenant_id = ${tenant}
    and file_id = any(${fileIds.filter((id) => id !== null)}::uuid[])`;
}

/** Chunk by chunk, each in a transaction of its own: a slow reader holds no connection. Numbers may have gaps. */
export async function* chunksOf(
  database: Database,
  tenant: string,
  fileId: string,
  from = 0,
): AsyncGenerator<{ number: number; bytes: Buffer }> {
  for (let next = from; ;) {
    const [[chunk]] = await database.pipeline(
      tenant,
      ({ sql }) =>
        [
          sql<{ number: number; bytes: Buffer }[]>`select number, bytes from bulk_files
            where tenant_id = ${tenant} and file_id = ${fileId} and number >= ${next} order by number limit 1`,
        ] as const,
    );
    if (!chunk) return;
    yield chunk;
    next = chunk.number + 1;
  }
}

/** For an answer: read as the client takes it. */
export function streamFile(database: Database, tenant: string, fileId: string): ReadableStream<Uint8Array> {
  const chunks = chunksOf(database, tenant, fileId);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value.bytes));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
