/**
 * A process that runs autocannon twice, as its manual shows, and prints the result of the second run. See
 * autocannon.ts.
 */
/// <reference path="./autocannon-api.d.ts" />
import autocannon from 'autocannon';

const [port = 0, connections = 1, seconds = 1] = process.argv.slice(2).map(Number);
const url = `http://127.0.0.1:${port}/`;

// The first run warms up the compiler, as with our generator.
await autocannon({ url, connections, duration: 1 });
const before = process.cpuUsage();
const { requests, errors, non2xx, start, finish } = await autocannon({ url, connections, duration: seconds });
const { user, system } = process.cpuUsage(before);
const measuredSeconds = (finish.getTime() - start.getTime()) / 1000;
const failed = errors + non2xx;
process.stdout.write(JSON.stringify({ completed: requests.total, failed, measuredSeconds, cpuMicros: user + system }));
