import { describe, expect, test } from 'vitest';
import type { Folder } from '../../scripts/init/folder.ts';
import { guessServer } from '../../scripts/init/server-guess.ts';

function folder(files: Readonly<Record<string, string>>): Folder {
  return { has: (path) => Object.hasOwn(files, path), text: (path) => files[path] };
}

const node = (content: object) => JSON.stringify(content);

describe('what a folder tells of its server', () => {
  test.each<[string, Readonly<Record<string, string>>, object | null]>([
    ['nothing', {}, null],
    [
      'Node, PORT',
      { 'package.json': node({ main: 'server.js' }), 'server.js': "import http from 'node:http'; process.env.PORT" },
      { language: 'Node', exec: 'PORT={port} exec node server.js', build: 'npm install', app: 'http' },
    ],
    [
      'Node, an argument, built from TypeScript',
      {
        'package.json': node({
          scripts: { start: 'node --enable-source-maps dist/main.js', build: 'tsc' },
          dependencies: { ws: '8' },
        }),
        'src/main.ts': 'listen(Number(process.argv[2]))',
        'pnpm-lock.yaml': '',
      },
      {
        exec: 'exec node --enable-source-maps dist/main.js {port}',
        build: 'pnpm install --frozen-lockfile && pnpm run build',
        app: 'websocket',
      },
    ],
    [
      'Node, started by a tool',
      {
        'package.json': node({ scripts: { start: 'tsx watch app.ts' }, dependencies: { express: '5' } }),
        'app.ts': 'app.listen(process.env.PORT ?? 3000)',
        'package-lock.json': '{}',
      },
      { exec: 'PORT={port} exec npm start --silent', build: 'npm ci', app: 'http' },
    ],
    [
      'Node, a fixed port',
      { 'package.json': '{}', 'index.js': 'createServer().listen(3000)', 'yarn.lock': '' },
      { language: 'Node', exec: undefined, build: 'yarn install --frozen-lockfile', app: undefined },
    ],
    ['a damaged package.json', { 'package.json': '{' }, null],
    [
      'FastAPI',
      {
        'src/main.py': 'from fastapi import FastAPI\napi = FastAPI()',
        'requirements.txt': 'fastapi',
        'package.json': '{}',
      },
      {
        language: 'Python',
        exec: 'exec uvicorn --app-dir src main:api --host 127.0.0.1 --port {port}',
        build: 'pip install -q -r requirements.txt',
        app: 'http',
      },
    ],
    [
      'Flask',
      { 'app.py': 'from flask import Flask\napp = Flask(__name__)' },
      { exec: 'exec flask --app app.py run --port {port}' },
    ],
    ['Django', { 'manage.py': '' }, { exec: 'exec python3 manage.py runserver --noreload {port}', app: 'http' }],
    [
      'Python, PORT',
      { 'server.py': "port = int(os.environ.get('PORT', 8000))", 'pyproject.toml': '' },
      { exec: 'PORT={port} exec python3 server.py', build: 'pip install -q .', app: undefined },
    ],
    [
      'Go, a flag',
      { 'go.mod': 'module x', 'main.go': 'import "net/http"\nvar p = flag.Int("port", 80, "")', 'package.json': '{}' },
      {
        language: 'Go',
        exec: 'exec ./sockbench-server -port {port}',
        build: 'go build -o ./sockbench-server .',
        app: 'http',
      },
    ],
    [
      'Go, PORT, in cmd/server',
      { 'go.mod': 'require github.com/coder/websocket v1', 'cmd/server/main.go': 'os.Getenv("PORT")' },
      {
        exec: 'PORT={port} exec ./sockbench-server',
        build: 'go build -o ./sockbench-server ./cmd/server',
        app: 'websocket',
      },
    ],
    [
      'Rust, an argument',
      {
        'Cargo.toml': '[package]\nname = "swift-echo"\n[dependencies]\naxum = "1"',
        'src/main.rs': 'env::args().nth(1)',
      },
      {
        language: 'Rust',
        exec: 'exec target/release/swift-echo {port}',
        build: 'cargo build --release --quiet',
        app: 'http',
      },
    ],
    [
      'a Rust workspace beside a package of Node',
      { 'Cargo.toml': '[workspace]', 'package.json': node({ main: 'a.js' }), 'a.js': 'process.env.PORT' },
      { language: 'Node' },
    ],
  ])('%s', (_, files, expected) => {
    const guess = guessServer(folder(files));
    if (expected === null) expect(guess).toBeNull();
    else expect(guess).toMatchObject(expected);
  });
});
