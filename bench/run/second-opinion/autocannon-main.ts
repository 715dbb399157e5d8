/**
 * A process that puts an {@link AutocannonLoad} on a server with autocannon, as its manual shows: the warm-up, then
 * what is measured. It receives the load over its IPC channel, sends a {@link SecondOpinion} back, and ends. It also
 * ends when the channel closes, which means that the program that started it is gone.
 */
/// <reference path="./autocannon-api.d.ts" />
import { once } from 'node:events';
import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import { ReplyKind } from '../../load/protocols/http/reply-kind.ts';
import { Histogram } from '../../measure/histogram.ts';
import { type AutocannonLoad, autocannonOptions } from './autocannon-load.ts';
import { opinionOf } from './opinion.ts';

process.once('disconnect', () => process.exit());
// Ctrl-C on the terminal reaches all processes: the program that started this one decides when it ends.
process.on('SIGINT', () => undefined);
const [load] = (await once(process, 'message')) as [AutocannonLoad];
const { request, warmupMs, durationMs } = load;
const { version } = createRequire(import.meta.url)('autocannon/package.json') as { readonly version: string };

if (warmupMs > 0) await autocannon(autocannonOptions(load, warmupMs));
const kind = new ReplyKind(request);
const responses = new Histogram();
const before = process.cpuUsage();
const run = autocannon(autocannonOptions(load, durationMs));
// The histogram of its result has whole milliseconds. Recording takes a thousandth of what it uses for a request.
run.on('response', (_client, status, _bytes, milliseconds) => {
  if (kind.expects(status)) responses.record(milliseconds * 1e6);
});
const result = await run;
const { user, system } = process.cpuUsage(before);
process.send?.(opinionOf({ version, request, result, responses, cpuMicros: user + system }), () => process.exit());
