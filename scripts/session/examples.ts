import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { packageRoot } from '../../bench/model/package.ts';
import { fillIn } from '../../bench/run/foreign-target.ts';
import { runInGroup } from './child-group.ts';

/** Time limit of one build. A build takes about a second; the limit allows for an overloaded machine. */
const BUILD_LIMIT_MS = 60_000;

const exampleSchema = z.strictObject({
  name: z.string(),
  /** The program that must be installed. It is detected by running it with --version. */
  tool: z.string(),
  /** Source file, in the directory of the catalog. */
  source: z.string(),
  /** Shell command that builds `{program}` from `{source}`. Missing when the source itself is run. */
  build: z.string().optional(),
  /** Command that is measured; contains `{program}` or `{source}`. */
  run: z.string(),
});

type Example = z.infer<typeof exampleSchema>;

/** An example server that is ready to be measured. */
export interface ReadyExample {
  readonly name: string;
  /** Shell command in the form of --exec. */
  readonly command: string;
}

/** An example server that cannot be measured here, and why. */
export interface MissingExample {
  readonly name: string;
  readonly reason: string;
}

/** The servers of examples/servers, built in a temporary folder. */
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
   * Builds the examples whose tools are installed.
   * @param signal cancels: the builds are ended and their files removed.
   */
  static async build(signal: AbortSignal): Promise<Examples> {
    const folder = mkdtempSync(join(tmpdir(), 'sockbench-examples-'));
    // All builds must have ended before the folder is removed.
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

  /** Deletes the built programs. */
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

/** Builds an example. @returns why it failed; null when it succeeded. */
async function buildFault(command: string, signal: AbortSignal): Promise<string | null> {
  const { fault, stderr } = await runInGroup('/bin/sh', ['-c', command], { limitMs: BUILD_LIMIT_MS, signal });
  return fault === null ? null : `it ${fault}\n${stderr}`.trimEnd();
}

async function isInstalled(tool: string, signal: AbortSignal): Promise<boolean> {
  return (await runInGroup(tool, ['--version'], { limitMs: BUILD_LIMIT_MS, signal })).fault === null;
}

/** Quotes a path as one word of a shell command. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
