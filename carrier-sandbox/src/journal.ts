/**
 * Memory that outlives the process: one line of JSON per change, in one file of the folder given.
 *
 * Reading takes the last line for each record, so a line cut short by a crash costs that line alone. At every start
 * the file is written anew with one line per record, under another name and then renamed: at no moment is there half
 * a file. A line is handed to the system before the change is answered: what was said to a client survives `kill -9`.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Change, Kind, Kinds, Store } from './store.ts';

export interface Journal {
  load(): void;
  /** Starts the file again from what the store holds now. */
  rewrite(): void;
  media(sid: string, bytes: Uint8Array): void;
  readMedia(sid: string): Uint8Array | undefined;
  close(): void;
}

const KINDS: readonly Kind[] = ['account', 'number', 'service', 'phone', 'optout', 'message', 'call'];

export function createJournal(dir: string, store: Store): Journal {
  const file = join(dir, 'sandbox.jsonl');
  const mediaDir = join(dir, 'media');
  mkdirSync(mediaDir, { recursive: true });
  /** Open while the process lives: a message changes several times a second. */
  let open: number | undefined;
  let stop: (() => void) | undefined;

  function shut(): void {
    if (open !== undefined) closeSync(open);
    open = undefined;
  }

  function rewrite(): void {
    // Windows does not rename over a file that is open.
    shut();
    const lines: string[] = [];
    for (const kind of KINDS)
      for (const [id, record] of entries(store, kind)) lines.push(line({ kind, id, record }));
    writeFileSync(`${file}.new`, lines.join(''));
    renameSync(`${file}.new`, file);
    open = openSync(file, 'a');
  }

  return {
    load() {
      if (existsSync(file)) replay(readFileSync(file, 'utf8'), store);
      rewrite();
      stop = store.onChange((change) => {
        if (open !== undefined) appendFileSync(open, line(change));
      });
    },
    rewrite,
    media: (sid, bytes) => writeFileSync(join(mediaDir, sid), bytes),
    readMedia(sid) {
      const path = join(mediaDir, sid);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
    close() {
      stop?.();
      shut();
    },
  };
}

const line = (change: Change): string => `${JSON.stringify([change.kind, change.id, change.record])}\n`;

function entries(store: Store, kind: Kind): Iterable<[string, Kinds[Kind]]> {
  if (kind === 'message') return [...store.messages.all()].map((message) => [message.sid, message]);
  const maps = {
    account: store.accounts,
    number: store.numbers,
    service: store.services,
    phone: store.phones,
    optout: store.optouts,
    call: store.calls,
  };
  return maps[kind];
}

function replay(text: string, store: Store): void {
  const last = new Map<string, [Kind, string, Kinds[Kind] | null]>();
  for (const row of text.split('\n')) {
    const change = parseRow(row);
    if (change) last.set(`${change[0]} ${change[1]}`, change);
  }
  const records = [...last.values()].filter((change) => change[2] !== null);
  records.sort((a, b) => KINDS.indexOf(a[0]) - KINDS.indexOf(b[0]) || seqOf(a[2]) - seqOf(b[2]));
  for (const [kind, , record] of records) if (record) store.put(kind, record);
}

const seqOf = (record: Kinds[Kind] | null): number => (record && 'seq' in record ? record.seq : 0);

function parseRow(row: string): [Kind, string, Kinds[Kind] | null] | undefined {
  if (!row.startsWith('[')) return undefined;
  try {
    return JSON.parse(row) as [Kind, string, Kinds[Kind] | null];
  } catch (error) {
    // The last line of a file whose writer was killed: what it said is lost, the rest is whole.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
