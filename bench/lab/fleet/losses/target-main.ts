/**
 * A TCP echo server that prints how many connections each host has, after each change: what still runs shows there.
 * Arguments: the pid of its parent, and the address and port to listen on.
 */
import { createServer } from 'node:net';
import { dieWithParent } from '../../../../sockets/os/process.ts';

const [parent = '0', host = '127.0.0.1', port = '0'] = process.argv.slice(2);
dieWithParent(Number(parent));

const open = new Map<string, number>();

function changed(from: string, by: number): void {
  const count = (open.get(from) ?? 0) + by;
  open.set(from, count);
  process.stdout.write(`connections of ${from}: ${count}\n`);
}

const server = createServer((socket) => {
  const from = socket.remoteAddress ?? '';
  changed(from, 1);
  socket.on('close', () => changed(from, -1));
  // The agents' machines disappear: that is what is tested.
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
server.listen(Number(port), host, () => process.stdout.write('ready\n'));
