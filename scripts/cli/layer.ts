/**
 * Values of flags by their source: the command line, the environment, or a configuration file. Each source is a layer;
 * a value of a higher layer replaces that of a lower one.
 */

/** Where a value comes from. */
export interface Origin {
  /** What a fault of the value begins with: `--size`, `SOCKBENCH_SIZE`, or `sockbench.config.yaml:3:5: size`. */
  readonly called: string;
  /** The source, for people: `--size`, `SOCKBENCH_SIZE`, or `sockbench.config.yaml:3`. */
  readonly source: string;
  /** True for a value that is meant for all commands, such as that of a variable: it applies where it has an effect. */
  readonly isShared?: true;
}

/** A value as yargs collects it: a text, a list of texts, or a boolean. */
export interface Given {
  readonly value: unknown;
  readonly origin: Origin;
  /** The flag that implies it, such as `quick`. An implied value is a default: nobody gave it. */
  readonly impliedBy?: string;
}

/** The values of one source, by the long names of flags. */
export type Layer = ReadonlyMap<string, Given>;

/** When a source gives one of the flags `given`, values that lower sources have for `displaced` do not apply. */
export interface Displacement {
  readonly given: readonly string[];
  readonly displaced: readonly string[];
}

/** How the layers of a command are merged. */
export interface LayerRules {
  /** Flags that exclude each other. */
  readonly displacements?: readonly Displacement[];
  /** Toggles that stand for values of other flags, each as a user would write it. */
  readonly implied?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Merges layers. @param layers the lowest first. */
export function mergedLayers(layers: readonly Layer[], { displacements = [], implied = {} }: LayerRules = {}): Layer {
  const merged = new Map<string, Given>();
  for (const layer of layers) {
    for (const { given, displaced } of displacements) {
      if (given.some((name) => layer.has(name))) for (const name of displaced) merged.delete(name);
    }
    for (const [name, given] of [...impliedValues(layer, implied), ...layer]) merged.set(name, given);
  }
  return merged;
}

/** Returns what the toggles of a layer imply. */
function impliedValues(layer: Layer, implied: NonNullable<LayerRules['implied']>): [string, Given][] {
  return Object.entries(implied).flatMap(([impliedBy, values]) => {
    const toggle = layer.get(impliedBy);
    if (toggle === undefined || ![toggle.value].flat().includes(true)) return [];
    const { origin } = toggle;
    return Object.entries(values).map(([name, value]): [string, Given] => [name, { value, origin, impliedBy }]);
  });
}
