import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { parseInteger } from '../../bench/model/units.ts';
import { MAX_SAMPLE } from '../../bench/stats/signed-rank.ts';
import { duration } from '../cli/amounts.ts';
import { parsed } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { type Amount, integerForm, type OptionForm } from '../cli/option-form.ts';
import { MEASURED } from './options.ts';

/** Value of --rounds: continue until every pair is decided, or the budget is used up. */
const AUTO = 'auto';

const ROUNDS: OptionForm<Amount | typeof AUTO> = {
  ...integerForm,
  schema: { anyOf: [integerForm.schema, { const: AUTO }] },
  examples: [12, AUTO],
};

/** Flags for the number of rounds, for the commands that compare. @param usual default of --rounds. */
export function roundsFlags(usual: `${number}`) {
  return {
    rounds: parsed(parseRounds, { form: ROUNDS })
      .prefault(usual)
      .meta({
        group: MEASURED,
        alias: 'r',
        description: `How often everything is measured, or ${AUTO}: until every pair is distinguished`,
      }),
    budget: duration()
      .prefault('10m')
      .meta({ group: MEASURED, description: `Time after which --rounds ${AUTO} starts no further round` }),
  };
}

/** Reads the flags of {@link roundsFlags}. */
export function readRounds(
  flags: Flags<Values<ReturnType<typeof roundsFlags>>>,
): Pick<RunConfiguration, 'rounds' | 'budgetMs'> {
  const { rounds, budget: budgetMs } = flags.values;
  if (rounds === AUTO) return { rounds: MAX_SAMPLE, budgetMs };
  if (flags.isChosen('budget'))
    flags.refuse(`--budget: has no effect with a fixed number of rounds: use --rounds ${AUTO}`);
  return { rounds };
}

/** @throws {RangeError} when the text is neither a whole number nor `auto`. */
function parseRounds(text: string): number | typeof AUTO {
  if (text === AUTO) return AUTO;
  if (!/^\d/.test(text)) throw new RangeError(`'${text}' is neither a whole number nor ${AUTO}`);
  return parseInteger(text);
}
