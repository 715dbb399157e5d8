import { Document, visit } from 'yaml';
import { SECRET_HEADER } from '../../bench/model/exchange.ts';
import { formOf } from '../cli/flag-types.ts';
import { type FlagSchema, metaOf } from '../cli/flags.ts';
import { defaultOf, isToggle } from '../cli/help.ts';
import type { Layer } from '../cli/layer.ts';
import { optionValue } from './option-value.ts';
import { optionName } from './options.ts';

/** What is printed in place of a secret. */
const MASK = '***';

/** An option in effect. */
interface EffectiveOption {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
  /** False for a default, or a value that another option implies. */
  readonly isGiven: boolean;
}

/**
 * Prints the options of a command that are in effect as a file of options in YAML, with the source of each in a comment.
 * Defaults are comments altogether, so that they remain defaults when the file is used. Passwords in URLs and headers that
 * identify a user are masked.
 */
export function printedConfig(command: string, schema: FlagSchema, given: Layer): string {
  const lines = effectiveOptions(schema, given).map(({ name, value, source, isGiven }) => {
    const written = new Document({ [name]: value });
    visit(written, {
      Seq(_, list) {
        list.flow = true;
      },
    });
    const text = written.toString({ lineWidth: 0, flowCollectionPadding: false, blockQuote: false }).trimEnd();
    return `  ${isGiven ? '' : '# '}${text} # ${source}`;
  });
  return [`# The options of sockbench ${command} in effect, each with its source.`, `${command}:`, ...lines, ''].join(
    '\n',
  );
}

function effectiveOptions(schema: FlagSchema, given: Layer): EffectiveOption[] {
  return Object.entries(schema.shape).flatMap(([flag, type]): EffectiveOption[] => {
    if (metaOf(type).hidden === true) return [];
    const name = optionName(flag);
    const form = formOf(type);
    const found = given.get(flag);
    if (found !== undefined) {
      const value = optionValue(form, masked(flag, found.value));
      return [{ name, value, source: found.origin.source, isGiven: found.impliedBy === undefined }];
    }
    const usual = defaultOf(type) ?? (isToggle(type) ? false : undefined);
    return usual === undefined ? [] : [{ name, value: optionValue(form, usual), source: 'default', isGiven: false }];
  });
}

function masked(flag: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => masked(flag, each));
  if (typeof value !== 'string') return value;
  const [, name = ''] = /^([^:=]*)[:=]/.exec(value) ?? [];
  if (flag === 'header' && SECRET_HEADER.test(name)) return `${name}: ${MASK}`;
  // A password that is not escaped may contain a slash.
  if (flag === 'nats') return value.replace(/^(\w+:\/\/)?.*@/s, `$1${MASK}@`);
  return value.replace(/(\w:\/\/)[^\s/@]*@/g, `$1${MASK}@`);
}
