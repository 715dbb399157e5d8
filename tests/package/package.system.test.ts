import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultSchema } from '../../bench/model/result.ts';
import { whyMissing } from '../requirements.ts';
import { compiler, InstalledPackage, vitest } from './installed-package.ts';

const MAX_BYTES = 1.5e6;
/** What only developers of this project need. */
const DEVELOPMENT = /lab\/limit|scripts\/lab|tsconfig|\.map$|^tests|uplot|playwright|axe/i;
/** An import of another file of the package, also one on demand. */
const RELATIVE_IMPORT = /(?:from|import\(|^import) ?'(\.[^']+\.js)'/gm;
/** Exit codes of a command that worked: on a busy machine, so short a trial may be invalid. */
const WORKED = [0, 3];

describe.skipIf(whyMissing('registry'))('the package, installed in an empty folder', () => {
  let installed: InstalledPackage;

  beforeAll(async () => {
    installed = await InstalledPackage.install();
  });
  afterAll(() => installed?.remove());

  const here = (file: string) => readFileSync(join(installed.folder, file), 'utf8');
  const installedFile = (file: string) => join(installed.folder, 'node_modules/sockbench', file);

  test('is small, and contains what users need and nothing else', () => {
    const { size, files } = installed.packed;
    expect(size).toBeLessThan(MAX_BYTES);
    const paths = files.map(({ path }) => path);
    expect(paths.filter((path) => DEVELOPMENT.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'dist/scripts/library/index.d.ts']));
    const modules = paths.filter((path) => /^dist\/.*\.js$/.test(path));
    const missing = modules.flatMap((module) =>
      [...readFileSync(installedFile(module), 'utf8').matchAll(RELATIVE_IMPORT)]
        .map(([, name = '']) => join(dirname(module), name))
        .filter((imported) => !existsSync(installedFile(imported))),
    );
    expect(modules.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  test('measures, saves results and writes pages', async () => {
    // Without the flags after it, --quick takes up to half a minute. Requests are counted: a page without any has no chart.
    const quick = 'sockbench bench --quick --models epoll -c 2 -n 500 -d 60s --warmup 0s --out html=bench.html';
    const { code, stdout, stderr } = await installed.run('npx', quick.split(' '));
    expect(WORKED).toContain(code);
    expect(stderr).toContain('results saved in');
    expect(stdout).toMatch(/^epoll /m);
    const saved = resultSchema.parse(JSON.parse(here('results/latest/results.json')));
    expect(saved.trials.map(({ target, transport }) => `${target} ${transport}`).sort()).toEqual([
      'epoll tcp',
      'epoll udp',
    ]);
    expect(here('bench.html')).toContain('uPlot');
  });

  test('takes the options and the plug-ins of the folder', async () => {
    cpSync('examples/protocols/dns.ts', join(installed.folder, 'dns.ts'));
    expect(await installed.sockbench('protocol-test', 'dns.ts')).toMatchObject({ code: 0 });
    const config =
      "import { defineConfig } from 'sockbench/config';\nexport default defineConfig({ run: { size: 77 } });\n";
    writeFileSync(join(installed.folder, 'options.ts'), config);
    const { stdout } = await installed.sockbench('run', '--config', 'options.ts', '--print-config');
    expect(stdout).toMatch(/size: 77 +# options.ts/);
  });

  test('can be required from CommonJS', async () => {
    writeFileSync(join(installed.folder, 'required.cjs'), "console.log(Object.keys(require('sockbench')).join())\n");
    const { stdout, stderr } = await installed.run(process.execPath, ['required.cjs']);
    expect(stdout).toMatch(/\bbench,capacity,check\b.*\brun,scale,serve\b/);
    expect(stderr).toBe('');
  });

  test('has types of options, results and events, as docs/library.md shows them', async () => {
    for (const file of ['consumer.mts', 'tsconfig.json']) {
      cpSync(join('tests/package/consumer', file), join(installed.folder, file));
    }
    const document = readFileSync('docs/library.md', 'utf8');
    const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
    // Types of vitest need those of a browser: `npm run types` checks the example with it.
    const own = blocks.filter((code) => !code.includes("'vitest'"));
    expect(own).toHaveLength(3);
    for (const [i, code] of own.entries()) writeFileSync(join(installed.folder, `block-${i}.mts`), code);
    expect(await installed.run(process.execPath, [compiler])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('measures for a program', async () => {
    cpSync('examples/library', join(installed.folder, 'library'), { recursive: true });
    const { code, stdout, stderr } = await installed.run(process.execPath, ['library/compare.mjs']);
    expect(WORKED).toContain(code);
    expect(stderr).toMatch(/^(?:\w+, \d+ connections: \d+ requests\/s\n){4}http:\S+ answered 200\n$/);
    expect(stdout).toContain('requests/s');
  });

  test('fails a build in vitest when the p99 rises, and not before', async () => {
    const run = [vitest, 'run', 'library/p99.test.ts', '--pool'];
    const [kept, crossed] = await Promise.all([
      installed.run(process.execPath, [...run, 'forks'], { P99_BOUND_MS: '1900' }),
      installed.run(process.execPath, [...run, 'threads'], { P99_BOUND_MS: '0.001' }),
    ]);
    expect(kept.stdout).toMatch(/Tests +1 (?:passed|skipped)/);
    expect(kept.code).toBe(0);
    expect(`${crossed.stdout}${crossed.stderr}`).toMatch(/Tests +1 skipped|"kept": false/);
  });
});
