import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readResult } from '../../reports/files/reader.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { failure, result, trial } from './results.ts';

const page = { color: false, width: 100 };
const ESCAPE = '\u001b';

function lineWith(text: string, word: string): string {
  return text.split('\n').find((line) => line.includes(word)) ?? '';
}

describe('a whole run', () => {
  const saved = readResult('tests/golden/bench.json');
  const text = renderTerminal(saved, page);

  test('matches its golden file', async () => {
    await expect(text).toMatchFileSnapshot('../golden/bench.txt');
  });

  test('fits 100 columns, without escape sequences and trailing blanks', () => {
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).not.toContain(ESCAPE);
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('fits 80 columns', () => {
    const lines = renderTerminal(saved, { color: false, width: 80 }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('has the same text in colour', () => {
    const colored = renderTerminal(saved, { color: true, width: 100 });
    expect(colored).toContain(ESCAPE);
    const unpainted = stripVTControlCharacters(colored).split('\n');
    expect(unpainted.map((line) => line.trimEnd())).toEqual(text.split('\n'));
  });
});

test('a model that starves connections has the number it served', () => {
  const starving = trial({ target: 'iterative', connections: 64, fairness: { jain: 1 / 64, starvedConnections: 63 } });
  expect(lineWith(renderTerminal(result({ trials: [starving] }), page), 'iterative')).toContain('1 of 64 served');
});

test('a rate at which the generator was at its limit is a lower bound', () => {
  const bound = trial({ generator: { saturated: true } });
  expect(renderTerminal(result({ trials: [bound] }), page)).toContain('≥10.0k');
});

test('an incomplete opening is printed as a lower bound', () => {
  const unopened = trial({ connections: 4, opening: { seconds: 2, opened: 4, answered: 3 } });
  expect(renderTerminal(result({ trials: [unopened] }), page)).toContain('>2.00');
});

test('connections that stages open later do not make an opening incomplete', () => {
  const ramp = (opened: number, answered: number) => {
    const growing = {
      ...trial({ connections: 40, opening: { opened, answered } }),
      stages: [{ seconds: 1, target: 40 }],
    };
    return renderTerminal(result({ trials: [growing] }), page);
  };
  expect(ramp(4, 4)).not.toContain('>20');
  expect(ramp(4, 3)).toContain('>20.0');
});

test('a server that was not observed has no CPU time and no memory', () => {
  const text = renderTerminal(result({ trials: [trial({ target: 'tcp://127.0.0.1:7000', server: null })] }), page);
  expect(lineWith(text, 'tcp://').match(/–/g)).toHaveLength(2);
});

describe('the memory cost of a connection', () => {
  const measured = (connections: number, kibibytes: number, round = 1) => {
    const { server } = trial();
    const memoryBytesPerConnection = kibibytes * 1024;
    return trial({ connections, round, server: server && { ...server, memoryBytesPerConnection } });
  };
  const text = (width: number, ...trials: ReturnType<typeof trial>[]) =>
    renderTerminal(result({ trials }), { color: false, width });

  test('has a column with medians over rounds, from 16 connections', () => {
    const shown = text(100, measured(1, 777), measured(16, 20), measured(16, 30, 2), measured(16, 400, 3));
    expect(lineWith(shown, '/req')).toMatch(/ MiB +KiB\/conn /);
    expect(shown).not.toContain('777');
    expect(shown.split('\n').filter((line) => / 50\.0 +30\.0 /.test(line))).toHaveLength(1);
  });

  test('may be negative when memory was released', () => {
    expect(text(100, measured(128, -1.5))).toContain(' -1.50 ');
  });

  test('has no column with fewer connections or without data', () => {
    expect(text(100, measured(1, 777))).not.toContain('KiB/conn');
    expect(text(100, trial({ connections: 128 }))).not.toContain('KiB/conn');
  });

  test('is left out on a narrow page', () => {
    const widths = (shown: string) => Math.max(...shown.split('\n').map((line) => line.length));
    const wide = text(90, measured(128, 20));
    const narrow = text(70, measured(128, 20));
    expect(wide).toContain('KiB/conn');
    expect(narrow).not.toContain('KiB/conn');
    expect(widths(narrow)).toBeLessThanOrEqual(70);
    expect(lineWith(narrow, 'event-driven ')).toMatch(/50\.0 +20\.0 +0\.998 +0$/);
  });
});

test('a model that failed in every round has a row, and its reason is printed once', () => {
  const text = renderTerminal(result({ failures: [failure(), failure({ round: 2 })] }), page);
  expect(lineWith(text, 'cluster ')).toMatch(/^cluster +failed/);
  expect(text).toContain('cluster, tcp, 16 connections, rounds 1, 2: bind 127.0.0.1:7000: address already in use');
  expect(text.match(/EADDRINUSE/g)).toHaveLength(1);
  expect(text).toContain('    | node:net: listen failed');
});

test('an interrupted run reports how many trials it finished', () => {
  expect(renderTerminal(result({ interrupted: true }), page)).toContain('Interrupted after 1 of 2 trials');
});

test('an interrupted run with omitted trials reports its planned total', () => {
  const interrupted = result({ interrupted: true });
  const text = renderTerminal({ ...interrupted, plan: { ...interrupted.plan, trials: 7 } }, page);
  expect(text).toContain('Interrupted after 1 of 7 trials');
});

test('a run without trials states that nothing was measured', () => {
  expect(renderTerminal(result({ trials: [] }), page)).toContain('Nothing was measured.');
});

describe('names from outside', () => {
  const hostile = `${ESCAPE}[31mred${ESCAPE}]8;;http://x${ESCAPE}\\\r\nnew line\u0007\u202eesrever`;
  const text = renderTerminal(
    result({
      trials: [trial({ target: hostile })],
      failures: [failure({ target: hostile, message: hostile, stderr: [hostile] })],
      verdict: { statements: [hostile] },
      warnings: [{ code: 'x', message: hostile }],
      environment: { ...result().environment, cpuModel: hostile },
    }),
    page,
  );

  test('cannot colour text, move the cursor, start a line or change the text direction', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.split('\n').filter((line) => line.startsWith('new line'))).toEqual([]);
  });

  test('are printed with control characters escaped', () => {
    expect(text).toContain('red\\x0d\\x0anew line\\x07\\u202eesrever');
  });

  test('are truncated when the table would exceed the page', () => {
    const wide = renderTerminal(result({ trials: [trial({ target: '漢字'.repeat(60) })] }), page);
    const row = lineWith(wide, '漢');
    const columns = [...row].reduce((sum, letter) => sum + (/\p{Script=Han}/u.test(letter) ? 2 : 1), 0);
    expect(row).toContain('…');
    expect(columns).toBeLessThanOrEqual(100);
  });
});
