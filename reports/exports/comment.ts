import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Saved } from '../files/saved.ts';
import { measuringCommand } from '../sections/reproduction/measuring-command.ts';
import { thresholdTable } from '../tables/details/thresholds.ts';
import { summarize } from '../tables/summary.ts';
import { checkCommentFolds } from './check-comment.ts';
import { type Fold, fitted, type Part } from './fitted.ts';
import { escaped } from './gfm.ts';
import { commandParts, folded, listPart, part, tablePart } from './markdown-parts.ts';

/** GitHub refuses comments of more than 65,536 characters; bytes of UTF-8 are at least as many. */
const LIMIT_BYTES = 64 * 1024 - 1;

/**
 * Renders a result as Markdown for a comment on a pull request. It begins with a hidden marker that is the same for all
 * results of a command, so that a later comment can replace it.
 */
export function renderComment(saved: Saved): string {
  const [name, folds] =
    saved.schema === CHECK_SCHEMA ? ['check', checkCommentFolds(saved)] : [saved.plan.command, runFolds(saved)];
  const marker = part('', [`<!-- sockbench:${name.replace(/[^a-z-]/g, '')} -->`]);
  return fitted([{ open: [], parts: [marker], close: [] }, ...folds], LIMIT_BYTES);
}

function runFolds(result: Result): Fold[] {
  const { heading, tables, details, footnotes, failures, statements } = summarize(result);
  const { plan, thresholds = [] } = result;
  const state = stateOf(result);
  const judged = thresholdTable(thresholds);
  const shown: Part[] = [
    part('heading', [`### sockbench ${escaped(plan.command)}${state}`]),
    ...(statements.length === 0 ? [] : [listPart('verdict', statements)]),
    ...(failures.length === 0
      ? []
      : [
          listPart(
            'failures',
            failures.map(({ where, message }) => `${where}: ${message}`),
          ),
        ]),
    ...tables.map(tablePart),
    ...(judged === null || result.capacity ? [] : [tablePart(judged)]),
    { name: 'footnotes', head: [], rows: footnotes.map((note, i) => `${i + 1}. ${escaped(note)}`) },
  ];
  const rest = details.filter(({ title }) => title !== judged?.title);
  return [
    { open: [], parts: shown, close: [] },
    folded('How to repeat it, and the machine', [
      ...commandParts(measuringCommand(result)),
      ...heading.map((line) => part('machine', [escaped(line)])),
    ]),
    ...(rest.length === 0 ? [] : [folded('Details', rest.map(tablePart))]),
  ];
}

/** Returns what the exit code means, in a word; nothing where it only means that something was measured. */
function stateOf({ failures, trials, thresholds = [], capacity }: Result): string {
  if (failures.length > 0) return ': FAILED';
  if (capacity !== undefined || thresholds.length === 0) return '';
  if (thresholds.some(({ kept }) => !kept)) return ': THRESHOLD CROSSED';
  return trials.some(({ validity }) => validity.verdict === 'invalid') ? ': INCONCLUSIVE' : ': PASS';
}
