import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { appsFor } from '../../bench/model/app-workload.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { packageVersion } from '../../bench/model/package.ts';
import { ensureDirectory } from '../../reports/files/ensure-directory.ts';
import type { Command } from '../cli/command.ts';
import { oneOf, text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { log, print } from '../cli/output.ts';
import { folderAt } from '../init/folder.ts';
import { type ServerGuess, WEB } from '../init/guess.ts';
import { type CheckSetup, type CiSystem, ciSystems, type PlannedFile, plannedFiles } from '../init/planned-files.ts';
import { guessServer } from '../init/server-guess.ts';

const apps = appsFor('request-response');

const schema = z.strictObject({
  exec: text().optional().meta({ description: "Starts the server: 'CMD {port}' [default: as found, or asked for]" }),
  build: text().optional().meta({ description: 'Builds the server [default: as found]' }),
  app: oneOf('app', apps)
    .optional()
    .meta({ description: `What it speaks: ${apps.join(', ')} [default: as found, or asked for]` }),
  ci: oneOf('CI system', ciSystems)
    .optional()
    .meta({ description: `Where checks run: ${ciSystems.join(', ')} [default: as found]` }),
  'dry-run': toggle().meta({ description: 'Print the files, and write none' }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench init`: writes configuration and workflow for the project in the current directory. */
export const init: Command<typeof schema> = {
  name: 'init',
  describe: "Write configuration and a CI workflow that check this project's server",
  schema,
  examples: [
    ['init', 'looks at the files here, and asks what they do not tell'],
    [`init --exec 'PORT={port} exec node server.js' --app ${WEB} --dry-run`, 'print what would be written'],
  ],
  async run(flags) {
    const folder = folderAt('.');
    const guess = guessServer(folder);
    const ci = flags.values.ci ?? (folder.has('.gitlab-ci.yml') ? 'gitlab' : 'github');
    const setup = await readSetup(flags, guess, ci);
    const files = plannedFiles(setup, ci, packageVersion());
    if (flags.values['dry-run']) print(files.map(({ path, text }) => `# ${path}\n${text}`).join('\n'));
    else for (const file of files) writeNew(file);
    if (!flags.values['dry-run'])
      log('next: sockbench check --baseline-ref HEAD, here, shows that server and check work');
    return EXIT.ok;
  },
};

/** Reads how the server is checked: from flags, from the files of the project, and then from the user. */
async function readSetup(flags: CommandFlags, guess: ServerGuess | null, ci: CiSystem): Promise<CheckSetup> {
  const { exec = guess?.exec, app = guess?.app } = flags.values;
  if (!process.stdin.isTTY) {
    if (exec === undefined)
      flags.refuse(
        "--exec is missing: the files here do not tell how the server starts; such as --exec 'exec ./server {port}'",
      );
    if (app === undefined)
      flags.refuse(`--app is missing: the files here do not tell which of ${apps.join(', ')} it speaks`);
  }
  if (exec !== undefined && !exec.includes('{port}')) {
    flags.refuse(`--exec: '${exec}' has no {port}: write it where the port goes`);
  }
  flags.assertNoFaults();
  const build = flags.values.build ?? guess?.build ?? null;
  log(`found: ${guess === null ? 'no language that is known here' : `${guess.language}`}; checks run on ${ci}`);
  const asked = { exec: exec ?? (await ask("how is the server started? 'CMD {port}': ", isStart)) };
  const spoken = app ?? (await ask(`what does it speak? ${apps.join(', ')}: `, isApp));
  const setup = { ...asked, build, app: spoken };
  log(`exec: ${setup.exec}\nbuild: ${setup.build ?? 'nothing to build'}\napp: ${setup.app}`);
  return setup;
}

const isStart = (answer: string) => answer.includes('{port}');
const isApp = (answer: string) => (apps as readonly string[]).includes(answer);

/** Asks the user at the terminal until the answer is usable. The end of the input ends the program. */
async function ask(question: string, isUsable: (answer: string) => boolean): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await dialogue.question(question)).trim();
      if (isUsable(answer)) return answer;
    }
  } finally {
    dialogue.close();
  }
}

/** Writes a file unless one is there: a user's file is never overwritten. */
function writeNew({ path, text, remark }: PlannedFile): void {
  if (existsSync(path)) {
    log(`kept ${path}, which was there; --dry-run prints what would be in it`);
    return;
  }
  ensureDirectory(dirname(path));
  writeFileSync(path, text, { flag: 'wx' });
  log(`wrote ${path}${remark === undefined ? '' : `: ${remark}`}`);
}
