import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { parseDuration, parseInteger } from '../../bench/model/units.ts';
import { MAX_SAMPLE } from '../../bench/stats/signed-rank.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';

/** Value of --rounds: continue until every pair is decided, or the budget is used up. */
const AUTO = 'auto';

/** Flags for the number of rounds, for the commands that compare. */
export const roundsOptions = {
  rounds: {
    group: 'What to measure:',
    alias: 'r',
    type: 'string',
    describe: `How often everything is measured, or ${AUTO}: until every pair is distinguished`,
  },
  budget: {
    group: 'What to measure:',
    type: 'string',
    default: '10m',
    describe: `Time after which --rounds ${AUTO} starts no further round`,
  },
} as const satisfies OptionSet;

/** {@link roundsOptions} with a default for --rounds. */
type RoundsFlags = Flags<typeof roundsOptions & { readonly rounds: { readonly default: string } }>;

/** Reads the flags of {@link roundsOptions}. */
export function readRounds(flags: RoundsFlags): Pick<RunConfiguration, 'rounds' | 'budgetMs'> {
  const rounds = flags.value('rounds', parseRounds);
  const budgetMs = flags.value('budget', parseDuration);
  if (rounds === AUTO) return { rounds: MAX_SAMPLE, budgetMs };
  if (flags.isGiven('budget'))
    flags.refuse(`--budget: has no effect with a fixed number of rounds: use --rounds ${AUTO}`);
  return { rounds };
}

/** @throws {RangeError} when the text is neither a whole number nor `auto`. */
function parseRounds(text: string): number | typeof AUTO {
  if (text === AUTO) return AUTO;
  if (!/^\d/.test(text)) throw new RangeError(`'${text}' is neither a whole number nor ${AUTO}`);
  return parseInteger(text);
}
