import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { packageRoot } from '../bench/model/package.ts';
import { fillIn } from '../bench/run/foreign-target.ts';

const run = promisify(execFile);

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

  /** Builds those whose tools are installed. */
  static async build(): Promise<Examples> {
    const folder = mkdtempSync(join(tmpdir(), 'sockbench-examples-'));
    return new Examples(folder, await Promise.all(readCatalog().map((example) => make(example, folder))));
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

async function make({ name, tool, source, build, run: start }: Example, folder: string) {
  const files = { source: quoted(exampleFile(source)), program: quoted(join(folder, name)) };
  if (!(await isInstalled(tool))) return { name, reason: `${tool} is not installed` };
  try {
    if (build !== undefined) await run('/bin/sh', ['-c', fillIn(build, files)], { timeout: BUILD_LIMIT_MS });
    return { name, command: fillIn(start, files) };
  } catch (error) {
    return { name, reason: `${tool} could not build it: ${error instanceof Error ? error.message : error}` };
  }
}

async function isInstalled(tool: string): Promise<boolean> {
  return run(tool, ['--version'], { timeout: BUILD_LIMIT_MS }).then(
    () => true,
    () => false,
  );
}

/** A path as one word of a shell command, whatever is in it. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
