/**
 * A foreign server: `node foreign-server.mjs PORT WAY [MARK]`. Echoes over TCP, in a way that is difficult to handle.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const [, program, port, way, ...mark] = process.argv;

const ways = {
  echo: () => serve(),
  slow: () => serve(() => Array.from({ length: 2000 }, Math.sqrt)),
  chatty: () => serve(() => process.stdout.write('a line on stdout\n')),
  stubborn() {
    process.on('SIGTERM', () => {});
    serve();
  },
  mortal() {
    let requests = 0;
    serve(() => ++requests === 100 && process.exit(9));
  },
  parent: () => spawn(process.execPath, [program, port, 'echo', ...mark], { stdio: 'ignore' }),
  daemon() {
    spawn(process.execPath, [program, port, 'stubborn', ...mark], { stdio: 'ignore', detached: true }).unref();
  },
};

function serve(requested = () => {}) {
  createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      requested();
      socket.write(bytes);
    });
  }).listen(Number(port), '127.0.0.1');
}

ways[way]();
