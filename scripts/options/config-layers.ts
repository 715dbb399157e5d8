import { nearest, unknown } from '../../bench/model/nearest.ts';
import { type FlagSchema, metaOf } from '../cli/flags.ts';
import type { Layer } from '../cli/layer.ts';
import type { ConfigFile } from './config-file.ts';
import { isObject, type OptionFault, type OptionPath, unknownKey } from './option-fault.ts';
import { optionName } from './options.ts';
import { layerOf, optionNames, optionsToFlags } from './options-to-flags.ts';
import { hasTargets, TARGET } from './targets-to-flags.ts';

/** The schemas of the flags of all commands that a file configures, by command. */
export type Schemas = Readonly<Record<string, FlagSchema>>;

/** Key of a file that editors read. */
const SCHEMA = '$schema';
const SCENARIOS = 'scenarios';
/** The option of a scenario that names its command. */
const COMMAND = 'command';

/** The layers of a file for one command, the lowest first, and everything that is wrong with the file. */
export interface ConfigLayers {
  readonly layers: readonly Layer[];
  readonly faults: readonly string[];
}

/**
 * Reads a file of options for one command: options of all commands, those of the command, and those of a scenario.
 * The names and types of all options in the file are checked, also those of other commands.
 * @param scenario name of the scenario, if one is chosen.
 */
export function configLayers(file: ConfigFile, schemas: Schemas, command: string, scenario?: string): ConfigLayers {
  const { options } = file;
  const schema = schemas[command];
  if (schema === undefined) throw new RangeError(`${command} has no schema`);
  const shared = optionsToFlags(schema, sharedOptions(options, schema));
  const section = optionsToFlags(schema, options[command] ?? {}, [command]);
  const chosen = scenario === undefined ? undefined : chosenScenario(file, schema, command, scenario);
  const own = [section, ...(chosen?.converted ? [chosen.converted] : [])];
  return {
    layers: [
      layerOf(shared, (path) => ({ ...file.originOf(path), isShared: true })),
      ...own.map((each) => layerOf(each, (path) => file.originOf(path))),
    ],
    faults: [...file.messages(fileFaults(options, schemas)), ...(chosen?.faults ?? [])],
  };
}

/**
 * Returns the options of all commands that a command has. Those that it only explains are left out. One whose type it does
 * not take, such as several levels where it has one, is for other commands: it sets no flag here, and is no fault.
 */
function sharedOptions(options: Readonly<Record<string, unknown>>, schema: FlagSchema): Record<string, unknown> {
  const names = optionNames(schema);
  return Object.fromEntries(Object.entries(options).filter(([key]) => names.includes(key)));
}

/** Returns the options of the chosen scenario, or why there are none. */
function chosenScenario(file: ConfigFile, schema: FlagSchema, command: string, name: string) {
  const scenarios = file.options[SCENARIOS];
  const all = isObject(scenarios) ? scenarios : {};
  const scenario = Object.hasOwn(all, name) ? all[name] : undefined;
  if (scenario === undefined) {
    const names = Object.keys(all);
    const why = names.length > 0 ? unknown('scenario', name, names) : `there are no scenarios in ${file.name}`;
    return { faults: [`--scenario: ${why}`] };
  }
  // Anything but an object is a fault of the file.
  if (!isObject(scenario)) return { faults: [] };
  // A scenario without a command is a fault of the file, too.
  if (scenario[COMMAND] === undefined) return { faults: [] };
  if (scenario[COMMAND] !== command) {
    return { faults: [`--scenario: ${name} is for ${scenario[COMMAND]}, not for ${command}`] };
  }
  return { faults: [], converted: scenarioOptions(schema, scenario, [SCENARIOS, name]) };
}

function scenarioOptions(schema: FlagSchema, scenario: Readonly<Record<string, unknown>>, path: OptionPath) {
  const { [COMMAND]: _, ...options } = scenario;
  return optionsToFlags(schema, options, path);
}

/** Returns what is wrong with the names and types of a whole file. */
function fileFaults(options: Readonly<Record<string, unknown>>, schemas: Schemas): OptionFault[] {
  return Object.entries(options).flatMap(([key, value]): readonly OptionFault[] => {
    const schema = Object.hasOwn(schemas, key) ? schemas[key] : undefined;
    if (schema !== undefined) return optionsToFlags(schema, value ?? {}, [key]).faults;
    if (key === SCENARIOS) return scenariosFaults(value, schemas);
    if (key === SCHEMA) return typeof value === 'string' ? [] : [{ path: [key], message: 'must be a text' }];
    return sharedFaults(key, value, schemas);
  });
}

/** An option of all commands must be one of some command, with a type that one of them takes. */
function sharedFaults(key: string, value: unknown, schemas: Schemas): readonly OptionFault[] {
  const having = Object.values(schemas).filter((schema) => hasOption(schema, key));
  const [first] = having;
  if (first === undefined) return [{ path: [key], message: unknownKey('option', key, topLevelKeys(schemas)) }];
  const checked = having.map((schema) => optionsToFlags(schema, { [key]: value }).faults);
  return checked.some((faults) => faults.length === 0) ? [] : (checked[0] ?? []);
}

function hasOption(schema: FlagSchema, key: string): boolean {
  if (key === TARGET && hasTargets(schema)) return true;
  return Object.entries(schema.shape).some(([flag, type]) => optionName(flag) === key && metaOf(type).hidden !== true);
}

function topLevelKeys(schemas: Schemas): string[] {
  return [...Object.keys(schemas), SCENARIOS, SCHEMA, ...Object.values(schemas).flatMap(optionNames)];
}

function scenariosFaults(scenarios: unknown, schemas: Schemas): OptionFault[] {
  if (!isObject(scenarios)) return [{ path: [SCENARIOS], message: 'must be an object of scenarios' }];
  return Object.entries(scenarios).flatMap(([name, scenario]) => {
    const path = [SCENARIOS, name];
    if (!isObject(scenario)) return [{ path, message: 'must be an object of options' }];
    const { [COMMAND]: command } = scenario;
    const schema = typeof command === 'string' && Object.hasOwn(schemas, command) ? schemas[command] : undefined;
    if (schema !== undefined) return scenarioOptions(schema, scenario, path).faults;
    return [{ path: command === undefined ? path : [...path, COMMAND], message: commandFault(command, schemas) }];
  });
}

function commandFault(command: unknown, schemas: Schemas): string {
  const names = Object.keys(schemas);
  if (command === undefined) return `command is missing: write command: ${names.join(', ')}`;
  const meant = nearest(String(command), names);
  return `there is no such command to configure; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}`}`;
}
