import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { countedBetween, parseKernelCounters } from '../../bench/measure/kernel-counters.ts';
import { measureTargets, onlyTrial } from './measured.ts';

const snmp = `Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RetransSegs InErrs OutRsts
Tcp: 1 7 0 9
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 100 1 0 100 11 13
UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
UdpLite: 0 0 0 0 99 99
`;
const netstat = `TcpExt: SyncookiesSent ListenOverflows ListenDrops
TcpExt: 0 3 5
IpExt: InNoRoutes
IpExt: 0
`;
const stat = 'cpu  10 20 30 40 50 60 70 80 1000 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\nbtime 1\n';

describe('the kernel’s counters', () => {
  const counters = parseKernelCounters(snmp, netstat, stat);

  test('are found by name, without guest time', () => {
    expect(counters).toEqual({
      listenOverflows: 3,
      listenDrops: 5,
      retransmittedSegments: 7,
      resetsSent: 9,
      udpReceiveBufferErrors: 11,
      udpSendBufferErrors: 13,
      stealTicks: 80,
      totalTicks: 360,
    });
  });

  test('missing in a kernel are zero', () => {
    expect(Object.values(parseKernelCounters('', '', '')).every((value) => value === 0)).toBe(true);
  });

  test('never decrease between two readings', () => {
    const later = { ...counters, listenDrops: 6, resetsSent: 0 };
    expect(countedBetween(counters, later)).toMatchObject({ listenDrops: 1, resetsSent: 0, stealTicks: 0 });
  });
});

test('a listen backlog that overflows during opening is reported', async () => {
  // The server answers the first request. Then it accepts nothing, with a backlog of one, until after opening is given
  // up.
  const script = `
    let blocked = false;
    const server = require('node:net').createServer((socket) => {
      socket.on('error', () => undefined).on('data', (bytes) => {
        socket.write(bytes);
        if (!blocked) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
        blocked = true;
      });
    });
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port));`;
  const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  onTestFinished(() => void server.kill('SIGKILL'));
  const port = await new Promise((resolve) => server.once('message', resolve));
  const flags = ['-c', '64', '--open-timeout', '300ms', '--target', `tcp://127.0.0.1:${port}`];
  const measured = onlyTrial(await measureTargets(...flags));
  expect(measured.kernel?.listenOverflows).toBeGreaterThan(0);
  expect(measured.validity.reasons.map(({ code }) => code)).toContain('listen-overflow');
});
