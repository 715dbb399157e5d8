import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import type { Saved } from '../files/saved.ts';
import { plain } from '../text/plain.ts';
import { baseUnitName, exportName, inBaseUnit, type Named } from './base-units.ts';
import { bucketBounds, type LatencyFamily, latencyFamilies } from './latency-buckets.ts';
import type { Labels, Sample } from './sample.ts';
import { groupedByName, samplesOf } from './samples.ts';

/**
 * Renders a result in Prometheus' text format, version 0.0.4: a gauge for each metric, a histogram for each kind of
 * latency. Without time stamps, which the node exporter's textfile collector refuses.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderPrometheus(saved: Saved): string {
  const gauges = groupedByName(samplesOf(saved)).flatMap(gaugeLines);
  const histograms = saved.schema === CHECK_SCHEMA ? [] : latencyFamilies(saved).flatMap(histogramLines);
  return `${[...runLines(saved), ...gauges, ...histograms].join('\n')}\n`;
}

/** When and where it was measured, as Prometheus' conventions have it: the value is 1, labels contain the texts. */
function runLines({ startedAt, environment }: Saved): string[] {
  const { cpuModel, cpus, kernel, node, sockbench } = environment;
  const labels = { sockbench, node, kernel, cpu: cpuModel, cpus: `${cpus}` };
  const started: Named = { name: 'run.startedTimestamp', unit: 'micros' };
  return [
    ...head('sockbench_run_info', 'gauge', 'version of sockbench, and the machine', ''),
    series('sockbench_run_info', labels, 1),
    ...head(`sockbench_${exportName(started)}`, 'gauge', 'when the run began, in seconds since 1970', 'seconds'),
    series(`sockbench_${exportName(started)}`, {}, Date.parse(startedAt) / 1000),
  ];
}

function gaugeLines(samples: readonly [Sample, ...Sample[]]): string[] {
  const [first] = samples;
  const name = `sockbench_${exportName(first)}`;
  return [
    ...head(name, 'gauge', first.summary, baseUnitName(first)),
    ...samples.map((sample) => series(name, sample.labels, inBaseUnit(sample, sample.value))),
  ];
}

function histogramLines(family: LatencyFamily): string[] {
  const name = `sockbench_${exportName(family)}`;
  return [
    ...head(name, 'histogram', family.summary, baseUnitName(family)),
    ...family.series.flatMap(({ labels, count, counts, sumSeconds }) => {
      let below = 0;
      const buckets = bucketBounds.map((bound, i) => {
        below += counts[i] ?? 0;
        return series(`${name}_bucket`, { ...labels, le: `${bound}` }, below);
      });
      return [
        ...buckets,
        series(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
        series(`${name}_sum`, labels, sumSeconds),
        series(`${name}_count`, labels, count),
      ];
    }),
  ];
}

/** UNIT is of OpenMetrics, where the name must end with it; for Prometheus' own parser it is a comment. */
function head(name: string, type: 'gauge' | 'histogram', help: string, unit: string): string[] {
  return [
    `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${name} ${type}`,
    ...(unit === '' || !name.endsWith(`_${unit}`) ? [] : [`# UNIT ${name} ${unit}`]),
  ];
}

function series(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

function escaped(text: string): string {
  return plain(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
