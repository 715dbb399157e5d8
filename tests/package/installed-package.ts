import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const repository = resolve(import.meta.dirname, '../..');
/** Development tools of this project that a user's project has, too. */
const TOOLS = ['vitest', '@types/node', 'undici-types'];

/** What `npm pack` reports about the file that it wrote. */
interface Packed {
  readonly filename: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The package, packed and installed in a folder that contains nothing else. */
export class InstalledPackage {
  readonly packed: Packed;
  /** The folder of the project that uses it. */
  readonly folder: string;
  readonly #root: string;

  private constructor(root: string, packed: Packed, folder: string) {
    this.#root = root;
    this.packed = packed;
    this.folder = folder;
  }

  /**
   * Packs and installs it. The scripts of `prepare` do not run, as other tests use dist/ meanwhile: what they make is made
   * in a copy.
   */
  static async install(): Promise<InstalledPackage> {
    const root = mkdtempSync(join(tmpdir(), 'sockbench-package-'));
    const [copy, folder] = ['copy', 'project'].map((name) => join(root, name)) as [string, string];
    try {
      const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: readonly string[] };
      for (const name of ['package.json', ...files.filter((file) => !file.startsWith('!'))]) {
        mkdirSync(dirname(join(copy, name)), { recursive: true });
        cpSync(name, join(copy, name), { recursive: true });
      }
      await execute(process.execPath, [
        compiler,
        '-p',
        'tsconfig.types.json',
        '--noCheck',
        '--outDir',
        join(copy, 'dist'),
      ]);
      const pack = await execute('npm', ['pack', '--ignore-scripts', '--json'], { cwd: copy, maxBuffer: 2 ** 24 });
      const [packed] = JSON.parse(pack.stdout) as [Packed];
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
      const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];
      await execute('npm', ['install', ...quietly, join(copy, packed.filename)], { cwd: folder });
      addTools(folder);
      return new InstalledPackage(root, packed, folder);
    } catch (error) {
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a program in the folder to its end. */
  async run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const env = { ...process.env, NO_COLOR: '1', ...environment };
    try {
      const { stdout, stderr } = await execute(program, [...args], { cwd: this.folder, env, maxBuffer: 2 ** 24 });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Ended;
      if (typeof code !== 'number') throw error;
      return { code, stdout, stderr };
    }
  }

  /** Runs the installed program to its end, as npx does, without the time that npx takes. */
  sockbench(...args: readonly string[]): Promise<Ended> {
    return this.run(join(this.folder, 'node_modules/.bin/sockbench'), args);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Adds tools for developing, as links to those of this project. */
function addTools(folder: string): void {
  for (const name of TOOLS) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), link);
  }
}

/** Path of the TypeScript compiler. */
export const compiler = join(repository, 'node_modules/typescript/bin/tsc');
/** Path of vitest's program. */
export const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
