/** The floor of uploads: a bare node:http server that writes each body to a file. `argv[2]` is the folder. */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const server = createServer((request, response) => {
  void pipeline(request, createWriteStream(join(process.argv[2]!, 'bare'))).then(() => response.end());
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
