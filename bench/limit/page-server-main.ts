/** A plain HTTP server as anybody would write it with Node, for generators to be compared under. */
import { createServer } from 'node:http';
import { PAGE } from './autocannon.ts';

createServer((_, response) => response.end(PAGE)).listen(Number(process.argv[2]), '127.0.0.1');
