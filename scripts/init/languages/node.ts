import * as z from 'zod';
import { type Folder, firstOf } from '../folder.ts';
import { type ServerGuess, WEB, WEB_SOCKET } from '../guess.ts';
import { byArgument, byEnvironment, withPort } from '../port.ts';

const packageSchema = z.looseObject({
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
});
type Package = z.infer<typeof packageSchema>;

const ENTRIES = ['server', 'index', 'app', 'main'].flatMap((name) =>
  ['', 'src/'].flatMap((folder) => ['.js', '.mjs', '.ts'].map((extension) => `${folder}${name}${extension}`)),
);
const WEB_LIBRARIES = [
  'express',
  'fastify',
  'koa',
  '@hapi/hapi',
  '@hono/node-server',
  'restify',
  'polka',
  'next',
  '@nestjs/core',
];
const PORT_RULES = [byEnvironment(/process\.env\.PORT\b/), byArgument(/process\.argv/)];

/** Recognizes a package.json. */
export function guessNode(folder: Folder): ServerGuess | null {
  const content = packageOf(folder.text('package.json'));
  if (content === null) return null;
  const [, entry = content.main ?? firstOf(folder, ENTRIES)] =
    /^node (?:--[\w=-]+ )*([\w./-]+)$/.exec(content.scripts.start ?? '') ?? [];
  const source = entry === undefined ? undefined : sourceOf(folder, entry);
  const start = content.scripts.start?.startsWith('node ') ? content.scripts.start : startOf(content, entry);
  return {
    language: 'Node',
    exec: start && withPort(start, source, PORT_RULES),
    build: buildOf(folder, content),
    app: appOf(content, source),
  };
}

function packageOf(text: string | undefined): Package | null {
  try {
    return packageSchema.parse(JSON.parse(text ?? ''));
  } catch {
    // Without a readable package.json it is no project of Node.
    return null;
  }
}

function startOf({ scripts }: Package, entry: string | undefined): string | undefined {
  if (scripts.start !== undefined) return 'npm start --silent';
  return entry === undefined ? undefined : `node ${entry}`;
}

/** Returns the source of an entry: of a built one, that which it was probably built from. */
function sourceOf(folder: Folder, entry: string): string | undefined {
  const plain = entry.replace(/^\.\//, '');
  const written = plain.replace(/^(?:dist|build|lib|out)\//, '');
  const typed = written.replace(/\.([cm]?)js$/, '.$1ts');
  const file = firstOf(folder, [plain, `src/${typed}`, typed, `src/${written}`, written]);
  return file && folder.text(file);
}

function buildOf(folder: Folder, { scripts }: Package): string {
  const [tool, install] = folder.has('pnpm-lock.yaml')
    ? ['pnpm', 'pnpm install --frozen-lockfile']
    : folder.has('yarn.lock')
      ? ['yarn', 'yarn install --frozen-lockfile']
      : ['npm', folder.has('package-lock.json') ? 'npm ci' : 'npm install'];
  return scripts.build === undefined ? install : `${install} && ${tool} run build`;
}

function appOf({ dependencies }: Package, source = ''): ServerGuess['app'] {
  const uses = (names: readonly string[]) => names.some((name) => Object.hasOwn(dependencies, name));
  if (uses(WEB_LIBRARIES)) return WEB;
  if (uses(['ws'])) return WEB_SOCKET;
  return /from '(?:node:)?https?'|require\(['"](?:node:)?https?['"]\)|from "(?:node:)?https?"/.test(source)
    ? WEB
    : undefined;
}
