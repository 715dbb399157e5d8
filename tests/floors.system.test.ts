import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Top-level folders from top to bottom. A folder may import later ones, never earlier ones. */
const FLOORS = ['scripts', 'reports', 'bench', 'servers', 'sockets'];
const cells = FLOORS.flatMap((from, i) => FLOORS.map((to, j) => ({ from, to, allowed: j >= i })));

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

test.each(FLOORS)('%s may not import koffi, which sockets/libc.ts loads on demand', (floor) => {
  expect(complaints.includes(`${floor}/foreign.ts`)).toBe(true);
});
