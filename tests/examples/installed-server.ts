import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { listeningSockets } from '../../bench/measure/listening-sockets.ts';
import type { Transport } from '../../sockets/socket.ts';
import { until } from '../servers/until.ts';

/** Starts memcached on a free port. It is killed when the test finishes. @returns its URL. */
export function startMemcached(): Promise<string> {
  return start('tcp', 'memcached', (port) => ['-l', '127.0.0.1', '-p', port, '-U', '0', '-u', 'root']);
}

/**
 * Starts dnsmasq on a free port, with addresses for example.test and what is below it, and no names in missing.test. It
 * is killed when the test finishes. @returns its URL.
 */
export function startDnsmasq(): Promise<string> {
  return start('udp', 'dnsmasq', (port) => [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--no-resolv', '--no-hosts', '--user=root'],
    ...[`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--log-facility=-'],
    ...['--address=/example.test/192.0.2.1', '--address=/example.test/2001:db8::1', '--local=/missing.test/'],
  ]);
}

async function start(transport: Transport, program: string, flags: (port: string) => string[]): Promise<string> {
  const port = await freePort(transport);
  const server = spawn(program, flags(String(port)), { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  await until(`${program} to listen`, () => {
    if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}: ${stderr}`);
    return listeningSockets(transport, port).length > 0;
  });
  return `${transport}://127.0.0.1:${port}`;
}
