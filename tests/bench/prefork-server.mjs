/**
 * A foreign prefork server: `node prefork-server.mjs PORT WAY`. One of its two workers echoes over TCP. The other ends
 * in some way at the tenth request, which is answered when the parent has waited for it.
 */
import { fork } from 'node:child_process';
import { createServer } from 'node:net';

const [, program, port, way, part] = process.argv;
const ways = {
  killed: () => process.kill(process.pid, 'SIGKILL'),
  crashed: () => process.exit(3),
  replaced: () => process.exit(0),
};

function lead() {
  const other = fork(program, [port, way, 'other']);
  other.once('message', () => {
    const echoing = fork(program, [port, way, 'echo']);
    other.once('exit', () => echoing.send('it has ended'));
    echoing.once('message', () => other.send('end'));
  });
}

function echo() {
  let requests = 0;
  createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (++requests !== 10) return socket.write(bytes);
      process.send('ten');
      process.once('message', () => socket.write(bytes));
    });
  }).listen(Number(port), '127.0.0.1');
}

function other() {
  process.stderr.write('the other worker is here\n');
  process.once('message', ways[way]);
  process.send('here');
}

({ lead, echo, other })[part ?? 'lead']();
