/// <reference path="./autocannon-api.d.ts" />
import type autocannon from 'autocannon';
import { ReplyKind } from '../../load/protocols/http/reply-kind.ts';
import type { HttpRequest } from '../../load/protocols/http/request.ts';
import type { Histogram } from '../../measure/histogram.ts';
import { summarizeLatency } from '../../measure/latency.ts';
import type { SecondOpinion } from '../../model/second-opinion.ts';
import { SATURATED } from '../../model/trial.ts';

/** One run of autocannon. */
export interface AutocannonRun {
  readonly version: string;
  readonly request: HttpRequest;
  readonly result: autocannon.Result;
  /** Response times of the replies with an expected status. */
  readonly responses: Histogram;
  /** CPU time of the whole process. */
  readonly cpuMicros: number;
}

/** Returns a run of autocannon as results store it. */
export function opinionOf({ version, request, result, responses, cpuMicros }: AutocannonRun): SecondOpinion {
  const kind = new ReplyKind(request);
  const replies = Object.entries(result.statusCodeStats).map(([status, { count }]) => ({ status, count }));
  const countOf = (isExpected: boolean) =>
    replies.reduce((sum, { status, count }) => (kind.expects(Number(status)) === isExpected ? sum + count : sum), 0);
  const completed = countOf(true);
  const measuredSeconds = (result.finish.getTime() - result.start.getTime()) / 1000;
  const utilization = measuredSeconds === 0 ? 0 : cpuMicros / 1e6 / measuredSeconds;
  return {
    engine: 'autocannon',
    version,
    measuredSeconds,
    requests: {
      completed,
      timedOut: result.timeouts,
      errors: result.errors - result.timeouts + countOf(false),
    },
    statuses: Object.fromEntries(replies.map(({ status, count }) => [status, count])),
    throughput: { requestsPerSecond: measuredSeconds === 0 ? 0 : completed / measuredSeconds },
    latencyMicros: { response: summarizeLatency(responses) },
    generator: {
      cpuSeconds: cpuMicros / 1e6,
      cpuMicrosPerRequest: completed === 0 ? null : cpuMicros / completed,
      utilization,
      saturated: utilization > SATURATED,
    },
  };
}
