import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

/** What this runner understands of an action; anything else is refused, so that no step is silently skipped. */
const actionSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string(),
  branding: z.unknown().optional(),
  inputs: z.record(z.string(), z.strictObject({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })).default({}),
  runs: z.strictObject({
    using: z.literal('composite'),
    steps: z.array(
      z.strictObject({
        name: z.string(),
        id: z.string().optional(),
        if: z.string().optional(),
        shell: z.literal('bash').optional(),
        run: z.string().optional(),
        uses: z.string().optional(),
        with: z.record(z.string(), z.string()).optional(),
        env: z.record(z.string(), z.string()).optional(),
        'working-directory': z.string().optional(),
        'continue-on-error': z.boolean().optional(),
      }),
    ),
  }),
});

/** A job in which an action runs. */
export interface Job {
  /** Directory of the action.yml. */
  readonly action: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The job's checkout. */
  readonly workspace: string;
  /** Temporary directory of the runner. */
  readonly temporary: string;
  readonly env: NodeJS.ProcessEnv;
  /** The values of other expressions, such as `github.token`. */
  readonly values?: Readonly<Record<string, string>>;
  /** Stands in for the actions that steps use; receives what is passed to them. */
  readonly uses: (action: string, parameters: Readonly<Record<string, string>>) => void;
}

export interface JobEnd {
  /** Whether no step failed. */
  readonly isSuccess: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  /** What was appended to the step summary. */
  readonly summary: string;
  /** Output of all steps. */
  readonly log: string;
}

/**
 * Runs the steps of a composite action as GitHub's runner does: inputs with their defaults, expressions of names and of
 * comparisons with a text, outputs of steps through files, and no further step after one that failed.
 */
export async function runAction(job: Job): Promise<JobEnd> {
  const action = actionSchema.parse(parse(readFileSync(join(job.action, 'action.yml'), 'utf8')));
  const values = new Map(Object.entries(job.values ?? {}));
  const unknown = Object.keys(job.inputs).filter((name) => action.inputs[name] === undefined);
  if (unknown.length > 0) throw new RangeError(`action.yml has no input ${unknown}`);
  for (const [name, input] of Object.entries(action.inputs))
    values.set(`inputs.${name}`, job.inputs[name] ?? input.default);
  const summaryFile = join(job.temporary, 'summary');
  let log = '';
  let isSuccess = true;
  for (const step of action.runs.steps) {
    if (!isSuccess) break;
    if (step.if !== undefined && !holds(step.if, values)) continue;
    const filled = (texts: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, values)]));
    if (step.uses !== undefined) {
      job.uses(step.uses, filled(step.with));
      if (step.id) values.set(`steps.${step.id}.outcome`, 'success');
      continue;
    }
    const outputFile = join(job.temporary, `output-${action.runs.steps.indexOf(step)}`);
    const ended = await runStep(step.run ?? '', join(job.workspace, fill(step['working-directory'] ?? '.', values)), {
      ...job.env,
      ...{ GITHUB_ACTION_PATH: job.action, GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile },
      ...{ RUNNER_TEMP: job.temporary },
      ...filled(step.env),
    });
    log += ended.log;
    isSuccess = ended.code === 0;
    for (const [, name, value = ''] of read(outputFile).matchAll(/^([\w-]+)=(.*)$/gm)) {
      values.set(`steps.${step.id}.outputs.${name}`, value);
    }
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, values)]);
  return { isSuccess, outputs: Object.fromEntries(outputs), summary: read(summaryFile), log };
}

/** Replaces the expressions in a text. Outputs that no step has set are empty, as on GitHub. */
function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined && !name.startsWith('steps.')) throw new RangeError(`this job has no ${name}`);
    return value ?? '';
  });
}

/** Evaluates a condition such as `${{ steps.a.outputs.b != '' }}`. */
function holds(condition: string, values: ReadonlyMap<string, string>): boolean {
  const [, name = '', operator, text] = /^\$\{\{ ([\w.-]+) (==|!=) '([^']*)' \}\}$/.exec(condition) ?? [];
  if (operator === undefined) throw new RangeError(`this runner can't evaluate ${condition}`);
  return (fill(`\${{ ${name} }}`, values) === text) === (operator === '==');
}

async function runStep(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; log: string }> {
  // The shell `bash` of a runner: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#exit-codes-and-error-action-preference
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const [code] = await once(child, 'close');
  return { code: code ?? -1, log };
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
