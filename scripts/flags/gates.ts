import type { Gate } from '../../bench/check/plan.ts';
import { unknown } from '../../bench/model/nearest.ts';
import { baselineMetrics } from '../../bench/model/stored-baseline.ts';
import { parseNames } from '../../bench/model/units.ts';
import { type GatedMetric, gatedMetrics } from '../../bench/stats/gated-metrics.ts';
import type { Flags } from '../cli/flags.ts';

const names = Object.keys(gatedMetrics) as GatedMetric[];

type GateFlags = Flags<{ readonly gate?: Gate[] | undefined; readonly baseline?: string | undefined }>;

/** Reads the metrics that decide a check: --gate, or else all of them, with default margins. */
export function readGates(flags: GateFlags): Gate[] {
  const isStorable = (metric: GatedMetric) => (baselineMetrics as readonly string[]).includes(metric);
  const judged = flags.isGiven('baseline') ? names.filter(isStorable) : names;
  const gates = flags.values.gate ?? judged.map((metric) => ({ metric, margins: gatedMetrics[metric] }));
  for (const { metric } of gates) {
    if (judged.includes(metric)) continue;
    flags.refuse(
      `--gate: ${metric} can't be compared with recorded runs, because it differs too much from run to run: ` +
        'use --baseline-ref for it',
    );
  }
  return gates;
}

/** Parses `throughput,cpu=2%/8%`: metrics, each with the tolerated and the detected change. @throws {RangeError} */
export function parseGates(text: string): Gate[] {
  return parseNames(text).map((part) => {
    const [name = '', margins] = part.split('=', 2);
    const metric = names.find((known) => known === name);
    if (metric === undefined) throw new RangeError(unknown('metric', name, names));
    if (margins === undefined) return { metric, margins: gatedMetrics[metric] };
    const [, tolerated, detected] = /^(\d+(?:\.\d+)?)%?\/(\d+(?:\.\d+)?)%$/.exec(margins) ?? [];
    if (detected === undefined) {
      throw new RangeError(`'${part}' needs margins such as 1%/5%: the tolerated change, and the change to detect`);
    }
    return { metric, margins: { tolerated: Number(tolerated) / 100, detected: Number(detected) / 100 } };
  });
}
