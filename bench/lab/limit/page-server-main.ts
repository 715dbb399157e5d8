/** A plain HTTP server in the usual way with Node; HTTP generators are compared with it as their target. */
import { createServer } from 'node:http';
import { PAGE } from './autocannon.ts';

createServer((_, response) => response.end(PAGE)).listen(Number(process.argv[2]), '127.0.0.1');
