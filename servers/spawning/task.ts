/**
 * What a thread or a child process runs: an exported function of a module, and its input. Plain data. Make one with
 * {@link taskOf}, so that the compiler checks the name and the input.
 */
export interface Task {
  /** URL of the built module. */
  readonly module: string;
  /** Name of the exported function. It is called with `input`, and may block forever. */
  readonly run: string;
  /** Plain data, cloned into the thread, or sent to the process as JSON. */
  readonly input: unknown;
}

/** The functions that a module with exports `M` exports. */
type FunctionName<M> = { [K in keyof M]: M[K] extends (input: never) => unknown ? K : never }[keyof M] & string;

type InputOf<F> = F extends (input: infer I) => unknown ? I : never;

/**
 * Makes tasks of a module: `taskOf<typeof import('./loop.ts')>(new URL('./loop.js', import.meta.url))('run', input)`.
 * @param url of the built module whose exports `M` describes; a module passes `import.meta.url` for itself.
 */
export function taskOf<M>(url: string | URL): <K extends FunctionName<M>>(run: K, input: InputOf<M[K]>) => Task {
  const module = String(url);
  return (run, input) => ({ module, run, input });
}

/** Runs a task in the current thread. @throws {TypeError} when its module exports no such function. */
export async function runTask({ module, run, input }: Task): Promise<void> {
  const exported = ((await import(module)) as Readonly<Record<string, unknown>>)[run];
  if (typeof exported !== 'function') throw new TypeError(`${module} exports no function ${run}`);
  await exported(input);
}
