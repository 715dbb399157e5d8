import { createServer } from 'node:http';

/** The server that p99.test.ts measures: `node server.mjs PORT`. Put yours in its place. */
createServer((_, response) => response.end('hello')).listen(Number(process.argv[2]), '127.0.0.1');
