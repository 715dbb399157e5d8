import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonSet, Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { commandLine } from '../cli/in-process.ts';

const DIRECTORY = 'deploy/kubernetes';

/** A manifest: any JSON object. */
type Manifest = Record<string, unknown> & { readonly kind: string };

/** Checks a manifest of each kind by Kubernetes' own schema. */
const kinds: Readonly<Record<string, (manifest: Manifest) => { validate(): void }>> = {
  DaemonSet: (manifest) => new DaemonSet(manifest as ConstructorParameters<typeof DaemonSet>[0]),
  Deployment: (manifest) => new Deployment(manifest as ConstructorParameters<typeof Deployment>[0]),
  Job: (manifest) => new Job(manifest as ConstructorParameters<typeof Job>[0]),
  Service: (manifest) => new Service(manifest as ConstructorParameters<typeof Service>[0]),
};

const manifests = readdirSync(DIRECTORY).flatMap((file) =>
  parseAllDocuments(readFileSync(join(DIRECTORY, file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return { file, manifest: document.toJS() as Manifest };
  }),
);

describe.each(manifests)('$file: $manifest.kind', ({ manifest }) => {
  test('has the schema of Kubernetes', () => {
    expect(() => kinds[manifest.kind]?.(manifest).validate()).not.toThrow();
    expect(Object.keys(kinds)).toContain(manifest.kind);
  });
});

test('the check finds a number that is a text', () => {
  const spec = { backoffLimit: 'none', template: { spec: { containers: [] } } };
  expect(() => kinds.Job?.({ kind: 'Job', apiVersion: 'batch/v1', spec }).validate()).toThrow();
});

/** Returns the arguments of the container of a manifest, without variables. */
function argumentsOf(file: string): string[] {
  const { manifest } = manifests.find((each) => each.file === file) ?? { manifest: undefined };
  const { spec } = manifest as unknown as {
    spec: { template: { spec: { containers: { command: string[]; args: string[] }[] } } };
  };
  const [container] = spec.template.spec.containers;
  const [, ...words] = [...(container?.command ?? []), ...(container?.args ?? [])];
  return words.map((word) => word.replaceAll('$(NODE)', 'node-1'));
}

test.each(['agents.yaml', 'run.yaml'])('the flags of %s exist', async (file) => {
  // A host of the cluster is not known here, which is the only fault.
  const { stderr } = await commandLine(...argumentsOf(file), '--nats', 'nats://127.0.0.1:1');
  expect(stderr).toMatch(/host 'target\.default\.svc' is not known/);
  expect(stderr.match(/^sockbench: /gm)?.length ?? 1).toBe(1);
});
