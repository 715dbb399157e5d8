import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Top-level folders from top to bottom. A folder may import later ones, never earlier ones. */
const FLOORS = ['scripts', 'reports', 'bench', 'servers', 'sockets'];
const cells = FLOORS.flatMap((from, i) => FLOORS.map((to, j) => ({ from, to, allowed: j >= i })));

/** Rooms of a floor that must not import others of it, with one they may import. */
const rooms: readonly { from: string; never: readonly string[]; may: string }[] = [
  { from: 'servers/blocking', never: ['readiness', 'completion', 'node', 'models'], may: 'timing' },
  { from: 'servers/readiness', never: ['blocking', 'completion', 'node', 'models'], may: 'spawning' },
  { from: 'servers/completion', never: ['blocking', 'readiness', 'node', 'models'], may: 'sending' },
  { from: 'servers/node', never: ['blocking', 'readiness', 'completion', 'models'], may: 'rooms' },
  { from: 'servers/timing', never: ['blocking', 'node', 'spawning', 'models'], may: 'apps' },
  { from: 'servers/apps', never: ['readiness', 'completion', 'models'], may: 'random' },
  { from: 'servers/spawning', never: ['blocking', 'readiness', 'completion', 'node', 'models'], may: 'rooms' },
  { from: 'bench/load/channels', never: ['streams', 'datagrams', 'chat', 'engines'], may: 'protocols' },
  { from: 'bench/load/ledger', never: ['streams', 'datagrams', 'chat', 'engines'], may: 'threads' },
  { from: 'bench/load/streams', never: ['engines'], may: 'ledger' },
  { from: 'bench/stats', never: ['run', 'check', 'load', 'lab'], may: 'model' },
  { from: 'bench/check', never: ['lab'], may: 'stats' },
  { from: 'reports/text', never: ['tables', 'document', 'page', 'renderers'], may: 'text' },
  { from: 'reports/tables', never: ['sections', 'charts', 'page', 'renderers'], may: 'text' },
  { from: 'reports/sections', never: ['charts', 'page', 'renderers'], may: 'document' },
  { from: 'reports/document', never: ['charts', 'page', 'sections', 'renderers'], may: 'text' },
  { from: 'reports/page/charts', never: ['page', 'sections', 'renderers'], may: 'document' },
  { from: 'reports/page', never: ['sections', 'tables', 'renderers'], may: 'charts' },
  { from: 'scripts/cli', never: ['commands', 'lab'], may: 'flags' },
  { from: 'scripts/live', never: ['commands', 'session'], may: 'cli' },
];
const pairs = rooms.flatMap(({ from, never, may }) => [
  ...never.map((to) => ({ from, to, allowed: false })),
  { from, to: may, allowed: true },
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const house = mkdtempSync(join(tmpdir(), 'sockbench-floors-'));
let complaints = '';

/** Lints, with this project's rules, five folders that all import each other and all call foreign functions. */
beforeAll(() => {
  copyFileSync(join(root, 'biome.json'), join(house, 'biome.json'));
  for (const floor of FLOORS) {
    mkdirSync(join(house, floor));
    writeFileSync(join(house, floor, 'foreign.ts'), "import koffi from 'koffi';\n\nexport const x = koffi;\n");
  }
  for (const { from, to } of cells) {
    const value = `import { x } from '../${to}/some/place.ts';\n\nexport const y = x;\n`;
    const type = `import type { x } from '../${to}/place.ts';\n\nexport type y = x;\n`;
    writeFileSync(join(house, from, `value-from-${to}.ts`), value);
    writeFileSync(join(house, from, `type-from-${to}.ts`), type);
  }
  for (const { from, to } of pairs) {
    mkdirSync(join(house, from), { recursive: true });
    writeFileSync(
      join(house, from, `from-${to}.ts`),
      `import { x } from '../${to}/place.ts';\n\nexport const y = x;\n`,
    );
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const flags = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--only=style/noRestrictedImports', '.'];
  complaints = spawnSync(process.execPath, [biome, ...flags], { cwd: house, encoding: 'utf8' }).stderr;
});

afterAll(() => rmSync(house, { recursive: true }));

describe('imports point down', () => {
  test.each(cells)('$from importing $to: $allowed', ({ from, to, allowed }) => {
    expect(complaints.includes(`${from}/value-from-${to}.ts`)).toBe(!allowed);
    expect(complaints.includes(`${from}/type-from-${to}.ts`)).toBe(!allowed);
  });
});

describe('rooms of a floor', () => {
  test.each(pairs)('$from importing $to: $allowed', ({ from, to, allowed }) => {
    expect(complaints.includes(`${from}/from-${to}.ts`)).toBe(!allowed);
  });
});

test.each(FLOORS)('%s may not import koffi, which sockets/libc.ts loads on demand', (floor) => {
  expect(complaints.includes(`${floor}/foreign.ts`)).toBe(true);
});
