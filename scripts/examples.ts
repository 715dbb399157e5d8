import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { packageRoot } from '../bench/model/package.ts';
import { fillIn } from '../bench/run/foreign-target.ts';
import { runInGroup } from './child-group.ts';

/** Compiling one of the examples takes about a second; this is for machines that are overloaded. */
const BUILD_LIMIT_MS = 60_000;

const exampleSchema = z.strictObject({
  name: z.string(),
  /** The program that must be installed; it must answer to --version. */
  tool: z.string(),
  /** A file beside the catalog. */
  source: z.string(),
  /** A shell command that makes `{program}` of `{source}`; missing where the source is run as it is. */
  build: z.string().optional(),
  /** The command that is measured, with `{program}` or `{source}` in it. */
  run: z.string(),
});

type Example = z.infer<typeof exampleSchema>;

/** An example that is ready to be measured. */
export interface ReadyExample {
  readonly name: string;
  /** As --exec takes it. */
  readonly command: string;
}

/** One that is not, and why. */
export interface MissingExample {
  readonly name: string;
  readonly reason: string;
}

/** The example servers, built in a folder of their own. */
export class Examples {
  readonly ready: readonly ReadyExample[];
  readonly missing: readonly MissingExample[];
  readonly #folder: string;

  private constructor(folder: string, made: readonly (ReadyExample | MissingExample)[]) {
    this.#folder = folder;
    this.ready = made.filter((example) => 'command' in example);
    this.missing = made.filter((example) => 'reason' in example);
  }

  /**
   * Builds those whose tools are installed.
   * @param signal aborts: the builds are ended, and nothing stays of them.
   */
  static async build(signal: AbortSignal): Promise<Examples> {
    const folder = mkdtempSync(join(tmpdir(), 'sockbench-examples-'));
    // All of them end before their folder goes.
    const made = await Promise.allSettled(readCatalog().map((example) => make(example, folder, signal)));
    const failed = made.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined)
      return new Examples(
        folder,
        made.flatMap((each) => ('value' in each ? [each.value] : [])),
      );
    rmSync(folder, { recursive: true, force: true });
    throw failed.reason;
  }

  /** Deletes what was built. */
  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function exampleFile(name: string): string {
  return fileURLToPath(new URL(`examples/servers/${name}`, packageRoot()));
}

function readCatalog(): Example[] {
  return z.array(exampleSchema).parse(JSON.parse(readFileSync(exampleFile('catalog.json'), 'utf8')));
}

async function make(
  { name, tool, source, build, run }: Example,
  folder: string,
  signal: AbortSignal,
): Promise<ReadyExample | MissingExample> {
  const files = { source: quoted(exampleFile(source)), program: quoted(join(folder, name)) };
  if (!(await isInstalled(tool, signal))) return { name, reason: `${tool} is not installed` };
  const fault = build === undefined ? null : await buildFault(fillIn(build, files), signal);
  return fault === null
    ? { name, command: fillIn(run, files) }
    : { name, reason: `${tool} could not build it: ${fault}` };
}

/** Why a build failed; null: it did not. */
async function buildFault(command: string, signal: AbortSignal): Promise<string | null> {
  const { fault, stderr } = await runInGroup('/bin/sh', ['-c', command], { limitMs: BUILD_LIMIT_MS, signal });
  return fault === null ? null : `it ${fault}\n${stderr}`.trimEnd();
}

async function isInstalled(tool: string, signal: AbortSignal): Promise<boolean> {
  return (await runInGroup(tool, ['--version'], { limitMs: BUILD_LIMIT_MS, signal })).fault === null;
}

/** A path as one word of a shell command, whatever is in it. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
