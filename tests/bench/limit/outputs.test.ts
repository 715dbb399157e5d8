import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../../bench/lab/limit/autocannon.ts';
import { parseIperf3 } from '../../../bench/lab/limit/iperf3.ts';
import { parseDrain, parseFlood } from '../../../bench/lab/limit/reference.ts';
import { parseSockperf } from '../../../bench/lab/limit/sockperf.ts';
import type { SecondOpinion } from '../../../bench/model/second-opinion.ts';
import { latency } from '../../reports/results.ts';

// Output of sockperf 3.7 and iperf3 3.12, shortened.
const underLoad = `sockperf: [2;35m== version #3.7-no.git == [0m
sockperf[CLIENT] send on:sockperf: using recvfrom() to block on socket(s)

[ 0] IP = 127.0.0.1       PORT = 23457 # UDP
sockperf: Warmup stage (sending a few dummy messages)...
sockperf: Starting test...
sockperf: Test end (interrupted by timer)
sockperf: Test ended
sockperf: [Total Run] RunTime=2.000 sec; Warm up time=400 msec; SentMessages=1394233; ReceivedMessages=273541
sockperf: ========= Printing statistics for Server No: 0
sockperf: [Valid Duration] RunTime=1.551 sec; SentMessages=1086226; ReceivedMessages=216499
sockperf: [2;35m====> avg-latency=430.288 (std-dev=677.651)[0m
sockperf: [0;31m# dropped messages = 870526; # duplicated messages = 0; # out-of-order messages = 0[0m
`;

const download = JSON.stringify({
  end: {
    sum_sent: { start: 0, end: 1.000124, bytes: 6104023040, bits_per_second: 48826129879.8949, retransmits: 1 },
    sum_received: { start: 0, end: 1.000009, bytes: 6103236502, bits_per_second: 48825452586.92672, sender: false },
  },
});

describe('sockperf', () => {
  test('reports the received messages without the warm-up', () => {
    expect(parseSockperf(underLoad)).toBeCloseTo(216_499 / 1.551, 6);
  });

  test('that received no message is an error that contains its output', () => {
    expect(() => parseSockperf('sockperf: No messages were received from the server.')).toThrow('No messages');
  });
});

describe('iperf3', () => {
  test('reports the bytes/s of the receiver', () => expect(parseIperf3(download)).toBeCloseTo(6_103_181_573, 0));

  test('that could not connect is an error that contains its message', () => {
    expect(() => parseIperf3('{"start":{},"end":{},"error":"unable to connect to server"}')).toThrow(
      'unable to connect',
    );
  });
});

describe('autocannon', () => {
  const response = { ...latency(250, 500), count: 500 };
  const opinion: SecondOpinion = {
    ...{ engine: 'autocannon', version: '9.0.0', measuredSeconds: 2, statuses: { 200: 500 } },
    requests: { completed: 500, timedOut: 0, errors: 0 },
    throughput: { requestsPerSecond: 250 },
    latencyMicros: { response },
    generator: { cpuSeconds: 0.004, cpuMicrosPerRequest: 8, utilization: 0.002, saturated: false },
  };

  test('reports its rate and cost', () => {
    expect(figuresOf(opinion)).toEqual({ requestsPerSecond: 250, cpuMicrosPerRequest: 8 });
  });

  test.each<[string, Partial<SecondOpinion>]>([
    ['with failed requests', { requests: { completed: 499, timedOut: 0, errors: 1 } }],
    ['with timeouts', { requests: { completed: 499, timedOut: 1, errors: 0 } }],
    [
      'without any reply',
      {
        requests: { completed: 0, timedOut: 0, errors: 0 },
        generator: { ...opinion.generator, cpuMicrosPerRequest: null },
      },
    ],
  ])('%s is an error that contains the counts', (_, variation) => {
    const { requests } = { ...opinion, ...variation };
    expect(() => figuresOf({ ...opinion, ...variation })).toThrow(
      `replies to autocannon were wrong: ${JSON.stringify(requests)}`,
    );
  });
});

describe('the C programs', () => {
  test('flood_epoll reports its rate and cost', () => {
    const line = '560874 req/s p50 84.5 us p99 116.7 us cpu 1.623 us/req\n';
    expect(parseFlood(line)).toEqual({ requestsPerSecond: 560_874, cpuMicrosPerRequest: 1.623 });
  });

  test('drain reports its rate and cost', () => {
    const line = '10680546566 bytes/s cpu 0.0678 s/GiB\n';
    expect(parseDrain(line)).toEqual({ bytesPerSecond: 10_680_546_566, cpuSecondsPerGib: 0.0678 });
  });

  test.each([
    ['flood_epoll', parseFlood],
    ['drain', parseDrain],
  ])('%s with invalid output is an error', (name, parse) => {
    expect(() => parse('corrupt echo')).toThrow(`unexpected output of ${name}: corrupt echo`);
  });
});
