import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { renderOtlp } from '../../../reports/exports/otlp.ts';
import { hostileCheck, hostileResult, measuredResult, regressed } from './measured.ts';

/** The definition of OTLP, in tests/reports/exports/schemas/. */
const root = new protobuf.Root();
root.resolvePath = (_, target) => `tests/reports/exports/schemas/${target}`;
root.loadSync('opentelemetry/proto/collector/metrics/v1/metrics_service.proto');
const request = root.lookupType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest');

/** Encodes a document as protobuf and decodes it: what the definition does not contain is lost on the way. */
function throughProtobuf(document: object): unknown {
  const bytes = request.encode(request.fromObject(document)).finish();
  return request.toObject(request.decode(bytes), { longs: String, enums: Number, bytes: String });
}

test.each([
  ['a run', measuredResult()],
  ['a check', regressed],
  ['a run with hostile names', hostileResult()],
  ['a check with hostile names', hostileCheck()],
])('%s is a request of the protocol, and no field is unknown to it', (_, saved) => {
  const document = JSON.parse(renderOtlp(saved));
  expect(throughProtobuf(document)).toEqual(document);
});

test('a check', async () => {
  const document = JSON.parse(renderOtlp(regressed));
  await expect(JSON.stringify(document, undefined, 1)).toMatchFileSnapshot('../../golden/exports/check.otlp');
});

test('a field that the protocol does not have would be found', () => {
  const document = JSON.parse(renderOtlp(regressed));
  document.resourceMetrics[0].scopeMetrics[0].metrics[0].units = 's';
  expect(throughProtobuf(document)).not.toEqual(document);
});

test('names, units and times follow the conventions', () => {
  const [{ resource, scopeMetrics }] = JSON.parse(renderOtlp(measuredResult())).resourceMetrics;
  const { metrics } = scopeMetrics[0];
  const named = (name: string) => metrics.find((each: { name: string }) => each.name === name);
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'sockbench' } });
  expect(named('sockbench.generator.cpu')).toMatchObject({ unit: '1' });
  expect(named('sockbench.cpu')).toMatchObject({
    unit: 's/{request}',
    gauge: { dataPoints: [{ asDouble: 0.00005 }, {}] },
  });
  expect(named('sockbench.timed_out').sum).toMatchObject({ aggregationTemporality: 1, isMonotonic: true });
  expect(named('sockbench.response').histogram.dataPoints[0]).toMatchObject({
    startTimeUnixNano: '1795219805000000000',
    timeUnixNano: '1795219925000000000',
    count: '2000',
  });
});
