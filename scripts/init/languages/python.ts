import { type Folder, firstOf } from '../folder.ts';
import { type ServerGuess, WEB, WEB_SOCKET } from '../guess.ts';
import { byArgument, byEnvironment, byFlag, withPort } from '../port.ts';

const ENTRIES = ['main', 'app', 'server', 'asgi', 'wsgi'].flatMap((name) => [`${name}.py`, `src/${name}.py`]);
const MARKS = ['requirements.txt', 'pyproject.toml', 'manage.py', 'setup.py', 'Pipfile'];
const PORT_RULES = [
  byEnvironment(/environ(?:\.get\(|\[)\s*["']PORT["']|getenv\(\s*["']PORT["']/),
  byFlag(/["']--port["']/, '--port'),
  byArgument(/sys\.argv/),
];
const WEB_LIBRARY =
  /\b(?:from|import) (?:aiohttp|bottle|django|falcon|fastapi|flask|http\.server|quart|sanic|starlette|tornado)\b/;

/** Recognizes the files of a Python project, or a Python program with a usual name. */
export function guessPython(folder: Folder): ServerGuess | null {
  const entry = firstOf(folder, ENTRIES);
  if (entry === undefined && !MARKS.some((mark) => folder.has(mark))) return null;
  const source = entry && folder.text(entry);
  return {
    language: 'Python',
    exec: execOf(folder, entry, source),
    build: buildOf(folder),
    app:
      folder.has('manage.py') || WEB_LIBRARY.test(source ?? '')
        ? WEB
        : /\bimport websockets\b/.test(source ?? '')
          ? WEB_SOCKET
          : undefined,
  };
}

function execOf(folder: Folder, entry: string | undefined, source = ''): string | undefined {
  if (folder.has('manage.py')) return 'exec python3 manage.py runserver --noreload {port}';
  if (entry === undefined) return undefined;
  const [, asgi] = /^(\w+)\s*=\s*(?:FastAPI|Starlette|Quart)\(/m.exec(source) ?? [];
  const at = entry.startsWith('src/') ? '--app-dir src ' : '';
  const name = entry.replace(/^src\//, '').replace(/\.py$/, '');
  if (asgi !== undefined) return `exec uvicorn ${at}${name}:${asgi} --host 127.0.0.1 --port {port}`;
  if (/=\s*Flask\(/.test(source)) return `exec flask --app ${entry} run --port {port}`;
  return withPort(`python3 ${entry}`, source, PORT_RULES);
}

function buildOf(folder: Folder): string | undefined {
  if (folder.has('requirements.txt')) return 'pip install -q -r requirements.txt';
  return folder.has('pyproject.toml') ? 'pip install -q .' : undefined;
}
