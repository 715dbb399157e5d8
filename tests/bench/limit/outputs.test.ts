import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../../bench/lab/limit/autocannon.ts';
import { parseIperf3 } from '../../../bench/lab/limit/iperf3.ts';
import { parseMemtier } from '../../../bench/lab/limit/memtier.ts';
import { parseRedisBenchmark } from '../../../bench/lab/limit/redis-benchmark.ts';
import { parseDrain, parseFlood, parseUsage } from '../../../bench/lab/limit/reference.ts';
import { parseSockperf } from '../../../bench/lab/limit/sockperf.ts';
import { parseWrk } from '../../../bench/lab/limit/wrk.ts';
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

// Output of wrk 4.1.0 with -t1 -c50 -d1s against nginx.
const pages = `Running 1s test @ http://127.0.0.1:17312/
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.27ms    3.48ms  27.03ms   89.32%
    Req/Sec    30.82k    19.89k   74.11k    80.00%
  30777 requests in 1.03s, 4.73MB read
Requests/sec:  29770.46
Transfer/sec:      4.57MB
`;
const missingPages = `Running 1s test @ http://127.0.0.1:17312/missing
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.79ms    5.29ms  50.32ms   82.50%
    Req/Sec     9.60k     2.68k   13.78k    70.00%
  9742 requests in 1.03s, 2.86MB read
  Non-2xx or 3xx responses: 9742
Requests/sec:   9434.88
Transfer/sec:      2.77MB
`;

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

describe('wrk', () => {
  test('reports its requests and their rate', () => {
    expect(parseWrk(pages)).toEqual({ requests: 30_777, requestsPerSecond: 29_770.46 });
  });

  test.each([
    ['that got errors as replies', missingPages, 'replies to wrk were wrong'],
    ['that lost connections', `${pages}  Socket errors: connect 0, read 7, write 0, timeout 0\n`, 'replies to wrk'],
    [
      'with another output',
      'unable to connect to 127.0.0.1:1 Connection refused\n',
      'unexpected output of wrk: unable',
    ],
  ])('%s is an error that contains its output', (_, output, message) => {
    expect(() => parseWrk(output)).toThrow(message);
  });
});

describe('redis-benchmark', () => {
  // Output of version 7.0.15 with --csv, and of 6.0.
  test.each([
    [
      '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"\n' +
        '"SET","10060.36","3.502","0.184","2.055","10.415","15.719","57.279"\n',
      10_060.36,
    ],
    ['"GET","10869.57"\n', 10_869.57],
  ])('reports its rate: %j', (output, rate) => expect(parseRedisBenchmark(output)).toBe(rate));

  test('that failed is an error that contains its output', () => {
    expect(() => parseRedisBenchmark('Could not connect to Redis')).toThrow('redis-benchmark: Could not connect');
  });
});

describe('memtier_benchmark', () => {
  // In the form of its tables; Debian 12 has no package of it.
  const table = (rate: string) => `Writing results to stdout

ALL STATS
============================================================================================================
Type         Ops/sec     Hits/sec   Misses/sec    Avg. Latency     p50 Latency     p99 Latency       KB/sec
------------------------------------------------------------------------------------------------------------
Sets        ${rate}          ---          ---         0.42322         0.40700         0.87900      3320.78
Gets            0.00         0.00         0.00             ---             ---             ---         0.00
Waits           0.00          ---          ---             ---             ---             ---          ---
Totals      ${rate}         0.00         0.00         0.42176         0.40700         0.87100      3320.78
`;

  test('reports its rate', () => expect(parseMemtier(table('43106.18'))).toBe(43_106.18));

  test.each([
    ['without a reply', table('    0.00')],
    ['without a table', 'connection refused'],
  ])('%s is an error that contains its output', (_, output) => {
    expect(() => parseMemtier(output)).toThrow(`unexpected output of memtier_benchmark: ${output}`);
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
  test('a generator reports its rate and cost', () => {
    const line = '560874 req/s p50 84.5 us p99 116.7 us cpu 1.623 us/req\n';
    expect(parseFlood(line)).toEqual({ requestsPerSecond: 560_874, cpuMicrosPerRequest: 1.623 });
  });

  test('drain reports its rate and cost', () => {
    const line = '10680546566 bytes/s cpu 0.0678 s/GiB\n';
    expect(parseDrain(line)).toEqual({ bytesPerSecond: 10_680_546_566, cpuSecondsPerGib: 0.0678 });
  });

  test('that answered or received nothing have an infinite cost', () => {
    const idle = { requestsPerSecond: 0, cpuMicrosPerRequest: Number.POSITIVE_INFINITY };
    expect(parseFlood('0 req/s p50 0.0 us p99 0.0 us cpu inf us/req\n')).toEqual(idle);
    expect(parseFlood('0 req/s p50 0.0 us p99 0.0 us cpu -nan us/req\n')).toEqual(idle);
    const unread = { bytesPerSecond: 0, cpuSecondsPerGib: Number.POSITIVE_INFINITY };
    expect(parseDrain('0 bytes/s cpu inf s/GiB\n')).toEqual(unread);
  });

  test('usage reports the output of its program and the CPU time', () => {
    expect(parseUsage('one\ntwo\n\ncpu 1234 us\n')).toEqual({ output: 'one\ntwo\n', cpuMicros: 1234 });
    expect(() => parseUsage('one\n')).toThrow('unexpected output of usage: one');
  });

  test.each([
    ['a generator', parseFlood],
    ['drain', parseDrain],
  ])('%s with invalid output is an error', (name, parse) => {
    expect(() => parse('corrupt echo')).toThrow(`unexpected output of ${name}: corrupt echo`);
  });
});
