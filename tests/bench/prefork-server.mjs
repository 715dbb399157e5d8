/**
 * A foreign server with a worker: `node prefork-server.mjs PORT WAY`. It echoes over TCP. The worker ends in some way
 * at the tenth request, which is answered when the server has waited for it.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const [, , port, way] = process.argv;
const ways = { killed: 'kill -KILL $$', crashed: 'exit 3', replaced: 'exit 0' };

const script = `echo the other worker is here >&2; read line; ${ways[way]}`;
const worker = spawn('sh', ['-c', script, 'other'], { stdio: ['pipe', 'ignore', 'inherit'] });
let requests = 0;
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (++requests !== 10) return socket.write(bytes);
    worker.once('exit', () => socket.write(bytes));
    worker.stdin.end('end\n');
  });
}).listen(Number(port), '127.0.0.1');
