import type * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { type FlagSchema, type Flags, flagsOf } from '../cli/flags.ts';
import { type Layer, type LayerRules, mergedLayers } from '../cli/layer.ts';
import { log } from '../cli/output.ts';
import { readConfigFile } from './config-file.ts';
import { COMMAND_LINE_ONLY, configFlags, configSchema } from './config-flags.ts';
import { type ConfigLayers, configLayers, type Schemas } from './config-layers.ts';
import { environmentLayer, unknownVariables } from './environment.ts';

/** What decides the options of a command, besides its files. */
export interface OptionSources<S extends FlagSchema> {
  readonly command: string;
  /** The flags of the command, with those of {@link configFlags}. */
  readonly schema: S;
  readonly rules: LayerRules | undefined;
  /** The flags on the command line, and what is wrong with its other arguments. */
  readonly line: Layer;
  readonly faults: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The files of options in the working directory. */
  readonly files: readonly string[];
  /** Loads the schemas of all commands. */
  readonly schemas: () => Promise<Schemas>;
}

/** The options in effect, with the source of each. */
export interface EffectiveOptions<S extends FlagSchema> {
  readonly flags: Flags<z.output<S>>;
  readonly given: Layer;
}

/** Reads the options of a command from all sources: flags, variables, and a file. Faults of all are in the flags. */
export async function readOptions<S extends FlagSchema>(sources: OptionSources<S>): Promise<EffectiveOptions<S>> {
  const { schema, rules, line, environment, schemas } = sources;
  const variables = environmentLayer(schema, environment, COMMAND_LINE_ONLY);
  await noteUnknown(sources);
  const { values } = flagsOf(configSchema, onlyConfigFlags(mergedLayers([variables.layer, line])));
  const faults = [...sources.faults, ...variables.faults];
  if (values.config !== undefined && values['no-config']) faults.push('--no-config: leave it out, or --config');
  const name = values['no-config'] ? undefined : (values.config ?? usualFile(sources.files));
  const { layers, faults: fileFaults } = await readLayers(name, values.scenario, sources.command, schemas);
  const given = mergedLayers([...layers, variables.layer, line], rules);
  return { flags: flagsOf(schema, given, [...faults, ...fileFaults]), given };
}

async function readLayers(
  name: string | undefined,
  scenario: string | undefined,
  command: string,
  schemas: () => Promise<Schemas>,
): Promise<ConfigLayers> {
  if (name !== undefined) return configLayers(await readConfigFile(name), await schemas(), command, scenario);
  const why = '--scenario: there is no file of scenarios: write sockbench.config.yaml, or name a file with --config';
  return { layers: [], faults: scenario === undefined ? [] : [why] };
}

/** @throws {ConfigurationError} when there are several files: which one counts should not be a surprise. */
function usualFile([file, other]: readonly string[]): string | undefined {
  if (other === undefined) return file;
  throw new ConfigurationError([`there are both ${file} and ${other}: keep one of them, or choose with --config`]);
}

function onlyConfigFlags(layer: Layer): Layer {
  return new Map([...layer].filter(([name]) => Object.hasOwn(configFlags, name)));
}

/** Notes variables that are unknown. The flags of other commands are loaded only when there may be such a variable. */
async function noteUnknown<S extends FlagSchema>({ schema, environment, schemas }: OptionSources<S>): Promise<void> {
  if (unknownVariables(environment, Object.keys(schema.shape)).length === 0) return;
  const flags = Object.values(await schemas()).flatMap(({ shape }) => Object.keys(shape));
  for (const note of unknownVariables(environment, [...flags, ...Object.keys(configFlags)])) log(note);
}
