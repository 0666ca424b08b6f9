/**
 * A server that speaks S3's protocol, in a process of its own, and a proxy before it that does what networks and buckets do.
 * The server checks no checksums and lists no uploads, so the proxy does, as S3 would.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3StorageOptions } from '../storage/s3.ts';

export type Fault =
  | 'busy'
  /** Before anything is stored. */
  | 'reset'
  /** Stored, and the answer is lost. */
  | 'lost'
  | 'hang'
  /** A byte differs. */
  | 'damaged'
  /** The body of the answer breaks off. */
  | 'broken'
  /** Or stops coming. */
  | 'stalled'
  | 'slow'
  /** Not every server knows every question. */
  | 'unknown'
  | 'full';

export interface S3Request {
  method: string;
  key: string;
  query: URLSearchParams;
}

export interface S3Server {
  /** Through the proxy. */
  options: S3StorageOptions;
  /** The endpoint behind it. */
  direct: string;
  /** Asked about each request. Null: nothing happens to it. */
  fault: (request: S3Request) => Fault | null;
  /** What came, as `PUT part`, `POST complete`. */
  seen: string[];
  /** Multipart uploads that are open, by id, begun through the proxy. */
  open: Map<string, { key: string; begun: Date }>;
  close(): Promise<void>;
}

const START = `
  import { startFauxqs } from 'fauxqs';
  const [, folder] = process.argv;
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', s3StorageDir: folder });
  process.stdout.write('port ' + server.port + '\\n');
  // ends with whoever started it
  process.stdin.on('end', () => process.exit()).resume();
`;

export async function startS3(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-s3-'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', START, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += String(bytes);
      const found = /port (\d+)/.exec(said);
      if (found) resolve(Number(found[1]));
    });
    child.on('exit', (code) => reject(new Error(`The S3 server ended with ${code}.`)));
  });

  const server: S3Server = {
    fault: () => null,
    seen: [],
    open: new Map(),
    direct: `http://127.0.0.1:${port}`,
    options: {
      bucket: 'media',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    },
    async close() {
      proxy.closeAllConnections();
      proxy.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
  const proxy = createServer((incoming, answer) => {
    pass(server, port, incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  server.options.endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { S3Client, CreateBucketCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...server.options, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'media' }));
  client.destroy();
  return server;
}

async function pass(server: S3Server, port: number, incoming: IncomingMessage, answer: ServerResponse) {
  const url = new URL(incoming.url ?? '/', 'http://s3');
  const method = incoming.method ?? 'GET';
  server.seen.push(nameOf(method, url));
  const key = url.pathname.slice('/media/'.length);
  const fault = server.fault({ method, key, query: url.searchParams });
  if (fault === 'hang') return;
  if (fault === 'reset') {
    incoming.once('data', () => incoming.destroy());
    if (method === 'GET' || method === 'HEAD' || method === 'DELETE') incoming.destroy();
    return;
  }
  const body = Buffer.concat(await incoming.toArray());
  if (fault === 'busy') return refuse(answer, 503, 'SlowDown');
  if (fault === 'unknown') return refuse(answer, 501, 'NotImplemented');
  if (fault === 'full') return refuse(answer, 507, 'XMinioStorageFull');
  if (fault === 'damaged' && body.length > 0) body[body.length >> 1]! ^= 1;
  const md5 = incoming.headers['content-md5'];
  if (method === 'PUT' && key !== '' && md5 !== createHash('md5').update(body).digest('base64')) {
    return refuse(answer, 400, 'BadDigest');
  }
  if (method === 'GET' && url.searchParams.has('uploads')) return listOpen(server, url, answer);
  const { method: verb, url: path, headers } = incoming;
  const forward = request({ host: '127.0.0.1', port, method: verb, path, headers });
  forward.end(body);
  const [reply] = (await new Promise<[IncomingMessage]>((resolve, reject) => {
    forward.on('response', (response) => resolve([response])).on('error', reject);
  })) satisfies [IncomingMessage];
  const bytes = Buffer.concat(await reply.toArray());
  noteUpload(
    server,
    method,
    url,
    key,
    reply.statusCode === undefined || reply.statusCode < 300,
    String(bytes),
  );
  if (fault === 'lost') {
    incoming.socket.destroy();
    return;
  }
  answer.writeHead(reply.statusCode ?? 500, reply.headers);
  if (fault === 'broken' || fault === 'stalled') {
    answer.write(bytes.subarray(0, bytes.length >> 1), () => {
      if (fault === 'broken') incoming.socket.destroy();
    });
    return;
  }
  if (fault === 'slow') {
    for (let at = 0; at < bytes.length; at += 64 << 10) {
      answer.write(bytes.subarray(at, at + (64 << 10)));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    answer.end();
    return;
  }
  answer.end(bytes);
}

function noteUpload(
  server: S3Server,
  method: string,
  { searchParams }: URL,
  key: string,
  well: boolean,
  said: string,
) {
  const id = searchParams.get('uploadId');
  if (!well) return;
  if (method === 'POST' && searchParams.has('uploads')) {
    server.open.set(/<UploadId>(.*?)</.exec(said)![1]!, { key, begun: new Date() });
  } else if (id !== null && (method === 'POST' || method === 'DELETE')) server.open.delete(id);
}

/** Two at a time, so that whoever asks has to go on asking. */
function listOpen(server: S3Server, { searchParams }: URL, answer: ServerResponse): void {
  const [prefix, after] = [searchParams.get('prefix') ?? '', searchParams.get('upload-id-marker')];
  const all = [...server.open].filter(([, { key }]) => key.startsWith(prefix));
  const from = after === null ? 0 : all.findIndex(([id]) => id === after) + 1;
  const page = all.slice(from, from + 2);
  const [lastId, last] = page.at(-1) ?? [];
  const more = from + 2 < all.length;
  const uploads = page.map(
    ([id, { key, begun }]) =>
      `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${begun.toISOString()}</Initiated></Upload>`,
  );
  const next = `<NextKeyMarker>${last?.key}</NextKeyMarker><NextUploadIdMarker>${lastId}</NextUploadIdMarker>`;
  answer.writeHead(200, { 'content-type': 'application/xml' });
  answer.end(
    `<?xml version="1.0"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${more}</IsTruncated>${more ? next : ''}${uploads.join('')}</ListMultipartUploadsResult>`,
  );
}

function nameOf(method: string, { searchParams, pathname }: URL): string {
  if (searchParams.has('partNumber')) return `${method} part`;
  if (searchParams.has('uploads')) return method === 'GET' ? 'GET uploads' : `${method} begin`;
  if (searchParams.has('uploadId')) return method === 'POST' ? 'POST complete' : `${method} upload`;
  if (searchParams.has('list-type')) return `${method} list`;
  return `${method} ${pathname.includes('/uploads/') ? 'piece' : 'object'}`;
}

function refuse(answer: ServerResponse, status: number, code: string): void {
  answer.writeHead(status, { 'content-type': 'application/xml' });
  answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
