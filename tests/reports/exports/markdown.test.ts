import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import type { CheckOutcome } from '../../../bench/model/check-result.ts';
import { renderComment } from '../../../reports/exports/comment.ts';
import { bold, code, codeBlock, escaped, tableLines } from '../../../reports/exports/gfm.ts';
import { markdownOf, renderPairSummary, renderStepSummary } from '../../../reports/exports/step-summary.ts';
import type { Saved } from '../../../reports/files/saved.ts';
import { cell } from '../../../reports/text/table.ts';
import { checkResult, checkSessions, finding, look, storedRuns } from '../checks.ts';
import { result, trial } from '../results.ts';
import { HOSTILE, hostileCheck, hostileResult, measuredResult, regressed } from './measured.ts';

const outcomes: readonly CheckOutcome[] = [
  ...(['pass', 'regressed', 'suspected', 'inconclusive', 'unsteady', 'invalid', 'advisory', 'recorded'] as const),
];

/** HTML as GitHub-flavoured Markdown makes it. */
function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
}

const shown = (text: string) =>
  text
    .replace(/<[^>]*>/g, '')
    .replaceAll('\u200b', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

describe('the comment on a pull request', () => {
  test('of a check', async () => {
    await expect(renderComment(regressed)).toMatchFileSnapshot('../../golden/exports/check.comment.md');
  });

  test('of a run', async () => {
    await expect(renderComment(measuredResult())).toMatchFileSnapshot('../../golden/exports/bench.comment.md');
  });

  test('begins with a marker that is the same for every result of a command', () => {
    const marker = (saved: Saved) => renderComment(saved).split('\n')[0];
    const checks = outcomes.map((outcome) => checkResult({ verdict: { outcome, metrics: [], statement: '' } }));
    expect([...new Set([...checks, hostileCheck()].map(marker))]).toEqual(['<!-- sockbench:check -->']);
    expect([measuredResult(), hostileResult()].map(marker)).toEqual([
      '<!-- sockbench:bench -->',
      '<!-- sockbench:bench -->',
    ]);
  });

  test.each<[CheckOutcome, string]>([
    ['pass', 'PASS'],
    ['regressed', 'REGRESSED'],
    ['suspected', 'REGRESSED (suspected)'],
    ['inconclusive', 'INCONCLUSIVE'],
    ['invalid', 'INVALID'],
  ])('names the outcome %s in its heading', (outcome, heading) => {
    const text = renderComment(checkResult({ verdict: { outcome, metrics: [], statement: '' } }));
    expect(text).toContain(`\n### sockbench check: ${heading}\n`);
  });

  test('says what to do next when nothing was decided', () => {
    const needs = [
      { metric: 'cpu', sessions: 40, budgetMs: 720_000 },
      { metric: 'p99', sessions: null, budgetMs: null },
    ];
    const text = renderComment(
      checkResult({ verdict: { outcome: 'inconclusive', metrics: [], statement: '', needs } }),
    );
    expect(text).toContain('- cpu needs about 40 sessions: --budget 12m.');
    expect(text).toContain('- p99 needs more sessions than any check holds');
  });

  test('contains the noise of the null arm, with its interval', () => {
    const sessions = checkSessions(10).map((session, i) => {
      const copy = { ...(session.costs.a ?? { cpu: 8.5, p50: 10, p99: null }), throughput: -11 + 0.001 * i };
      return { ...session, costs: { ...session.costs, null: copy } };
    });
    const { plan } = checkResult();
    const text = renderComment(checkResult({ plan: { ...plan, nullArm: true }, sessions }));
    expect(text).toMatch(/Null arm, throughput: a copy of A is worse by 0\.5 % \(0\.\d % to 0\.\d %\)\./);
    expect(text).toContain('Null arm, cpu: a copy of A is worse by 0.0 %');
  });

  test('compares a server with its recorded runs', () => {
    const text = renderComment(checkResult({ baseline: storedRuns(), looks: [] }));
    expect(text).toContain('compared with ` baseline.json `');
    expect(text).toMatch(/\| cpu \| 16 % \| -2\.0 % to 2\.0 % \|/);
  });

  test.each<[string, Saved, string]>([
    ['failures', measuredResult(), ': FAILED'],
    ['a crossed threshold', measuredResult({ failures: [] }), ': THRESHOLD CROSSED'],
    [
      'thresholds that were kept',
      measuredResult({
        failures: [],
        thresholds: [{ text: 'errors==0', round: 1, unit: 'count', observed: 0, kept: true }],
      }),
      ': PASS',
    ],
    ['no thresholds', result(), ''],
  ])('of a run with %s has that in its heading', (_, saved, state) => {
    expect(renderComment(saved)).toContain(`\n### sockbench bench${state}\n`);
  });
});

describe('the summary of a job', () => {
  test.each<[string, Saved]>([
    ['a run', measuredResult()],
    ['a check', regressed],
  ])('of %s has the sections of its report, and as many tables as Markdown tables', (_, saved) => {
    const page = html(renderStepSummary(saved));
    expect(page).toContain('<h3>Verdict</h3>');
    expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length);
    expect(page.match(/<table>/g)?.length).toBeGreaterThan(0);
  });
});

test('two results side by side have a column of each, and no verdict', () => {
  const result = measuredResult({ failures: [] });
  const markdown = renderPairSummary({ name: 'before | <b>', result }, { name: 'after', result });
  expect(markdown).toContain('\n**No verdict: ');
  expect(markdown).toContain('| req/s A | B | change % |');
  expect(html(markdown)).not.toContain('<b>');
});

describe('hostile texts', () => {
  test.each<[string, Saved]>([
    ['a run', hostileResult()],
    ['a check', hostileCheck()],
  ])('of %s are shown as they are', (_, saved) => {
    for (const markdown of [renderComment(saved), renderStepSummary(saved)]) {
      const page = html(markdown);
      expect(page).not.toMatch(/<script|<a |<img/i);
      // Neither a mention nor a reference to an issue, outside of code.
      const text = page.replace(/<(code|pre)>.*?<\/\1>/gs, '');
      expect(text).not.toMatch(/@[\w-]|(?<!&)#\d/);
      expect(shown(page)).toContain(
        '<script>alert(1)</script> & @octocat #1 `code` | [a](javascript:b) https://x.example\\',
      );
    }
  });

  test.each([
    '- a',
    '1. a',
    '1) a',
    '# a',
    '> a',
    '+ a',
    '---',
    '===',
    '    a',
    '<!-- a',
    '&amp;',
    '**a**',
    '_a_',
    '~~a~~',
    '![a](b)',
    'a\\',
    '$a$',
    '`',
  ])('a paragraph %j is that text', (text) => {
    const page = html(escaped(text));
    expect(page.startsWith('<p>') || text.startsWith('    ')).toBe(true);
    expect(shown(page).trim()).toBe(text.trim());
  });

  test('a cell is one cell, in bold, in code or plain', () => {
    const text = 'a | b `c` **d**';
    const table = {
      title: '',
      columns: [{ title: text, align: 'left' as const }],
      groups: [{ label: text, rows: [[cell(text)], [cell(text, 'bad')]] }],
    };
    const { head, rows } = tableLines(table);
    const page = html([...head, ...rows].join('\n'));
    expect(page.match(/<t[hd][ >]/g)).toHaveLength(4);
    expect([...page.matchAll(/<t[hd].*?>(.*)<\/t[hd]>/g)].map(([, inside = '']) => shown(inside))).toEqual([
      text,
      text,
      text,
      text,
    ]);
  });

  test.each(['`', '``', 'a`b', '```js', '<b>', '@a'])('code %j is that code', (text) => {
    expect(shown(html(`x ${code(text)}`))).toBe(`x ${text}`);
    expect(shown(html(codeBlock(text).join('\n')))).toBe(`${text}\n`);
  });

  test('nothing is bold without a text', () => {
    expect(bold('')).toBe('');
  });
});

describe('a document that is too long', () => {
  const many = Array.from({ length: 700 }, (_, i) => trial({ target: `target ${i} ${'x'.repeat(1600)}` }));
  const long = result({ trials: many });

  test('is cut between rows, below the limit, and says what is missing', () => {
    const comment = renderComment(long);
    const page = html(comment);
    expect(Buffer.byteLength(comment)).toBeLessThan(64 * 1024);
    expect(Buffer.byteLength(comment)).toBeGreaterThan(60 * 1024);
    expect(comment).toMatch(/\nCut to 63 KiB, without: \d+ of \d+ rows of TCP/);
    const widths = [...page.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) => row.match(/<t[hd]/g)?.length);
    expect(new Set(widths).size).toBe(1);
    expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length);
  });

  test('stays below the limit of a step summary', () => {
    expect(Buffer.byteLength(renderStepSummary(long))).toBeLessThan(1024 ** 2);
  });

  test('is as long as its limit allows, whatever that is', () => {
    const rows = Array.from({ length: 100 }, (_, i) => [cell(`row ${i}`)]);
    const table = { title: 'T', columns: [{ title: 'c', align: 'left' as const }], groups: [{ label: null, rows }] };
    const section = { id: 's', title: 'S', blocks: [{ kind: 'table' as const, table }] };
    const document = { title: 'D', subtitle: [], identities: [], sections: [section] };
    for (const limit of [1060, 1500, 2000, 4000]) {
      expect(Buffer.byteLength(markdownOf(document, limit))).toBeLessThanOrEqual(limit);
    }
    expect(markdownOf(document, 4000)).not.toContain('Cut to');
    expect(markdownOf(document, 2000)).toContain('of 100 rows of T');
    expect(markdownOf(document, 1060)).toContain('without: T.');
  });

  test('a longer text than its own limit is not lost in silence', () => {
    expect(
      renderComment(checkResult({ verdict: { outcome: 'pass', metrics: [], statement: HOSTILE.repeat(1000) } })),
    ).toContain('without: verdict');
  });
});

test('a gate that was not estimable has dashes', () => {
  const unknown = finding('p99', { change: null, interval: { low: null, high: null }, minimumDetectable: null });
  expect(renderComment(checkResult({ looks: [look('inconclusive', [unknown])] }))).toContain(
    '| p99 | – | – | 1.0 % | 5.0 % | – |',
  );
});
