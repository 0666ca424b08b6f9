/**
 * The tus protocol (https://tus.io/protocols/resumable-upload) over our rows and our storage: @tus/server speaks it, and this
 * says where an upload stands, who may write, and where the bytes go. Uploads are made by `POST /media/uploads`; tus has HEAD,
 * PATCH and DELETE. It is never asked for GET, which would hand out half a file.
 *
 * The bytes themselves come from the connection and not through @tus/server: its two web streams and its pipeline cost as much as
 * all the rest. Of what a bare server writes to a file in a second, 0.40 came through so, and 0.63 without (`media-upload`).
 */
import { DataStore, Server, Upload } from '@tus/server';
import { Readable } from 'node:stream';
import type { KitContext } from '../../context.ts';
import { notFound, ProblemError } from '../../errors.ts';
import { storageProblem } from '../problems.ts';
import { receive, TooLong } from '../receive.ts';
import { StorageError } from '../storage/storage.ts';
import { dropUpload, finishUpload, readUpload } from './finish.ts';
import { becomeWriter, keepLease, stopWriting, storePlace, takeNumber, type UploadRow } from './rows.ts';
import { RunningHashes } from './running.ts';

export type UploadContext = Pick<KitContext, 'database' | 'media' | 'log'>;

/** How often a live writer says that it lives, and hears that somebody else wants to write. */
const BEAT_MS = 1_000;
const ASK_EVERY_MS = 100;
/** Longer than a lease: a killed process's writer is waited out. */
const PATIENCE_MS = 9_000;

export interface Uploads {
  /** Answers one request of tus about an upload of this member. Throws `not_found` for one of somebody else. */
  handle(
    request: Request,
    who: { tenant: string; member: string },
    id: string,
    /** Node’s own, where there is one. */
    incoming?: AsyncIterable<Uint8Array>,
  ): Promise<Response>;
}

export function tusUploads(context: UploadContext): Uploads {
  const hashes = new RunningHashes();
  /** Those that write in this process hear at once that they shall stop. */
  const writing = new Map<string, () => void>();

  async function handle(
    request: Request,
    { tenant, member }: { tenant: string; member: string },
    id: string,
    incoming?: AsyncIterable<Uint8Array>,
  ): Promise<Response> {
    const bytes = () => incoming ?? request.body ?? Readable.from([]);
    const turn = new Turn(context, tenant, id, member, hashes, writing, bytes);
    if (request.method === 'DELETE') {
      await turn.drop();
      return new Response(null, { status: 204, headers: { 'tus-resumable': '1.0.0' } });
    }
    // before tus looks at headers: whose it is comes first
    await turn.row();
    let problem: ProblemError | undefined;
    const server = new Server({
      path: '/',
      datastore: new Store(turn),
      locker: { newLock: () => turn },
      getFileIdFromRequest: () => id,
      allowedOrigins: () => false,
      onUploadFinish: async () => {
        await turn.finish(true);
        return {};
      },
      onResponseError: (_request, error) => {
        problem = explain(error);
        return { status_code: problem.status, body: '' };
      },
    });
    const { url, method, headers } = request;
    const answer = await server.handleWeb(new Request(url, { method, headers }));
    if (problem) throw problem;
    if (answer.status === 412) {
      throw new ProblemError('invalid_request', 'Send Tus-Resumable: 1.0.0.', 'Tus-Resumable');
    }
    if (answer.status >= 400) {
      throw new ProblemError('invalid_request', (await answer.text()).trim() || 'This is no request of tus.');
    }
    if (request.method === 'HEAD') await turn.finish(false);
    // ours says who may read what
    answer.headers.delete('access-control-expose-headers');
    return answer;
  }

  return { handle };
}

/** One request's part in an upload: it waits for its turn, writes, and lets go. */
class Turn {
  readonly context: UploadContext;
  readonly tenant: string;
  readonly id: string;
  readonly #member: string;
  readonly #hashes: RunningHashes;
  readonly #writing: Map<string, () => void>;
  readonly #bytes: () => AsyncIterable<Uint8Array>;
  readonly #halt = new AbortController();
  /** Null while it does not write, or because the upload takes no more bytes. */
  #number: number | null = null;
  #beat: NodeJS.Timeout | undefined;

  constructor(
    context: UploadContext,
    tenant: string,
    id: string,
    member: string,
    hashes: RunningHashes,
    writing: Map<string, () => void>,
    bytes: () => AsyncIterable<Uint8Array>,
  ) {
    this.context = context;
    this.tenant = tenant;
    this.id = id;
    this.#member = member;
    this.#hashes = hashes;
    this.#writing = writing;
    this.#bytes = bytes;
  }

  async #mine(): Promise<UploadRow> {
    const row = await readUpload(this.context.database, this.tenant, this.id);
    if (row?.author.id !== this.#member) throw notFound('upload');
    return row;
  }

  /** Gives it up. What is being finished goes its way, and is an asset like any other then. */
  async drop(): Promise<void> {
    await this.#mine();
    await this.lock(false);
    try {
      await dropUpload(this.context, this.tenant, this.id);
    } finally {
      await this.unlock();
    }
  }

  /** Throws `not_found`, and `upload_ended` or what it was refused for. */
  async row(): Promise<UploadRow> {
    const row = await this.#mine();
    if (row.state === 'refused') {
      throw new ProblemError(row.problem!.code, row.problem!.detail ?? row.problem!.title);
    }
    const over =
      Date.parse(row.expires_at) <= (this.context.database.options.clock?.() ?? new Date()).getTime();
    if (row.state === 'open' && over) {
      throw new ProblemError('upload_ended', 'This upload was not finished in time. Begin it again.');
    }
    return row;
  }

  /** Who is asked to stop does so now: what it has got is stored, and its sender goes on from there. */
  readonly #release = (): void => this.#halt.abort();

  /** Tus calls it before it reads or writes, with an argument of its own. */
  async lock(writes: unknown = true): Promise<void> {
    const { context, tenant, id } = this;
    this.#writing.get(id)?.();
    const taken = await takeNumber(context.database, tenant, id);
    if (!taken) return;
    const { number } = taken;
    const overDead = taken.isWriter ? taken.overDead : await this.#wait(number);
    this.#number = number;
    this.#writing.set(id, this.#release);
    this.#beat = setInterval(() => {
      keepLease(context.database, tenant, id, number).then(
        (still) => {
          if (!still || still.wanted) this.#release();
        },
        () => undefined,
      );
    }, BEAT_MS);
    if (!overDead || writes === false) return;
    try {
      await this.#moveAway(number);
    } catch (error) {
      // not let go: whoever comes next, when the lease has ended, has to do this first
      clearInterval(this.#beat);
      this.#number = null;
      throw error;
    }
  }

  /** From one that is taken for dead, and may have been asleep: what it still writes must not be in our way. */
  async #moveAway(number: number): Promise<void> {
    const { database, media } = this.context;
    const { storage } = media;
    const row = await this.#mine();
    const { storage_key: key, place: old, received } = row;
    if (!storage.takeOver || old === null || row.state !== 'open') return;
    const place = await storage.takeOver(key, old, received);
    if (place === old) return;
    if (!(await storePlace(database, this.tenant, this.id, number, place, received))) {
      await storage.abandon(key, place);
      throw busy();
    }
    // what stays is found by its age
    await storage.abandon(key, old).catch(() => undefined);
  }

  /** Whether it is the successor of one that is taken for dead. */
  async #wait(number: number): Promise<boolean> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const { now, overDead } = await becomeWriter(this.context.database, this.tenant, this.id, number);
      if (now === 'writing' || now === 'over') return overDead;
      if (now === 'overtaken' || performance.now() > end) throw busy();
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  async unlock(): Promise<void> {
    const number = this.#number;
    this.#number = null;
    clearInterval(this.#beat);
    if (this.#writing.get(this.id) === this.#release) this.#writing.delete(this.id);
    if (number !== null) await stopWriting(this.context.database, this.tenant, this.id, number);
  }

  /** Under the lock: how much is safe. The row says it, unless the storage has lost some. */
  async place(): Promise<UploadRow> {
    const row = await this.row();
    const number = this.#number;
    if (number === null || row.state !== 'open' || row.place === null || row.received === 0) return row;
    const safe = await this.context.media.storage
      .received(row.storage_key, row.place)
      .catch((error: unknown) => {
        if (error instanceof StorageError && error.reason === 'missing') return 0;
        throw error;
      });
    if (safe >= row.received) return row;
    // nothing is there to go on with
    const place = safe === 0 ? null : row.place;
    const still = await storePlace(this.context.database, this.tenant, this.id, number, place, safe);
    // somebody has taken over since the row was read, and moved the bytes: they are not gone
    if (!still) throw busy();
    return { ...row, place, received: safe };
  }

  /** Returns how much is safe now. A sender that is gone is told nothing; who comes next asks. */
  async write(from: number): Promise<number> {
    const { database, media } = this.context;
    const row = await this.row();
    const number = this.#number;
    // also where it has come to its end meanwhile: by other bytes than these
    if (row.received !== from) throw moved(row.received);
    if (number === null || row.state !== 'open') return row.received;
    const running = this.#hashes.resume(this.id, from);
    let stored = from;
    try {
      const come = await receive({
        storage: media.storage,
        key: row.storage_key,
        contentType: 'application/octet-stream',
        from: { place: row.place, received: from },
        bytes: this.#bytes(),
        largest: row.size,
        halt: this.#halt.signal,
        seen: (piece) => {
          if (!running) return;
          running.hash.update(piece);
          running.at += piece.length;
        },
        save: async ({ place, received }) => {
          const still = await storePlace(database, this.tenant, this.id, number, place, received);
          if (!still) throw busy();
          stored = received;
          return !still.wanted && !this.#halt.signal.aborted;
        },
      });
      if (come.error instanceof TooLong) throw tooMany();
      // what came before it is stored; the sender waits, rather than to try at once again
      if (come.error instanceof StorageError) throw come.error;
      // a line that breaks is no error: there is nobody to tell
    } finally {
      this.#hashes.keep(this.id, running, stored);
    }
    return stored;
  }

  /** Throws what the upload was refused for, `storage_full`, `unavailable`. */
  async finish(wait: boolean): Promise<void> {
    const { context, tenant, id } = this;
    for (;;) {
      const row = await this.row();
      if (row.state !== 'finishing') return;
      const ended = await finishUpload(context, tenant, id, this.#hashes);
      if (ended || !wait) {
        await this.row();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }
}

class Store extends DataStore {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    super();
    this.#turn = turn;
    this.extensions = ['termination', 'expiration'];
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, received } = await this.#turn.place();
    return new Upload({ id, size, offset: received });
  }

  override write(_empty: Readable, _id: string, offset: number): Promise<number> {
    return this.#turn.write(offset);
  }

  // said by our own rows
  override getExpiration(): number {
    return 0;
  }
}

function busy(): ProblemError {
  return new ProblemError(
    'unavailable',
    'Another connection sends this file at the moment. Try again shortly.',
  );
}

function tooMany(): ProblemError {
  return new ProblemError('payload_too_large', 'These are more bytes than were announced.');
}

function moved(received: number): ProblemError {
  return new ProblemError(
    'upload_moved',
    `The upload goes on at byte ${received}. Ask by HEAD, then go on there.`,
  );
}

type TusError = Error | { status_code: number; body: string };

/** Errors of @tus/server are objects with a status; ours are problems already. */
function explain(error: TusError): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StorageError) return storageProblem(error);
  if (!('status_code' in error)) throw error;
  if (error.status_code === 409) {
    return new ProblemError(
      'upload_moved',
      'The upload goes on at another byte. Ask by HEAD, then go on there.',
    );
  }
  if (error.status_code === 413) {
    return tooMany();
  }
  if (error.status_code === 404) return notFound('upload');
  return new ProblemError('invalid_request', error.body.trim());
}
