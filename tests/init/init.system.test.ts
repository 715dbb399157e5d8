import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runBuilt } from '../cli/built-program.ts';
import { Program, scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';

/** Creates a project of a server that speaks HTTP on the port in PORT. */
function project(files: Readonly<Record<string, string>> = {}): string {
  const directory = join(scratchDirectory(), 'project');
  mkdirSync(directory, { recursive: true });
  const all = {
    'package.json': '{ "main": "server.mjs" }',
    'server.mjs':
      "import { createServer } from 'node:http';\ncreateServer((_, r) => r.end('hi')).listen(process.env.PORT, '127.0.0.1');\n",
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text);
  return directory;
}

describe('sockbench init', () => {
  test('writes options and workflows that fit, and overwrites nothing the second time', async () => {
    const directory = project();
    const first = await runBuilt(['init'], directory);
    expect(first.code, first.stderr).toBe(0);
    const config = readFileSync(join(directory, 'sockbench.config.yaml'), 'utf8');
    expect(parse(config)).toEqual({
      check: { exec: 'PORT={port} exec node server.mjs', build: 'npm install', app: 'http' },
    });
    const workflow = parse(readFileSync(join(directory, '.github/workflows/sockbench.yml'), 'utf8'));
    expect(workflow).toMatchObject({ on: 'pull_request', permissions: { contents: 'read' } });
    const commenting = parse(readFileSync(join(directory, '.github/workflows/sockbench-comment.yml'), 'utf8'));
    expect(commenting.on).toEqual({ workflow_run: { workflows: ['sockbench'], types: ['completed'] } });
    writeFileSync(join(directory, 'sockbench.config.yaml'), '# mine\n');
    const second = await runBuilt(['init', '--app', 'websocket'], directory);
    expect(second.stderr).toContain('kept sockbench.config.yaml, which was there');
    expect(readFileSync(join(directory, 'sockbench.config.yaml'), 'utf8')).toBe('# mine\n');
  });

  test('writes a job for GitLab where the project has one, and says how to include it', async () => {
    const directory = project({ '.gitlab-ci.yml': '' });
    const { code, stderr } = await runBuilt(['init'], directory);
    expect(code).toBe(0);
    expect(stderr).toContain('include: { local: sockbench.gitlab-ci.yml }');
    const { sockbench } = parse(readFileSync(join(directory, 'sockbench.gitlab-ci.yml'), 'utf8'));
    expect(sockbench.allow_failure).toEqual({ exit_codes: 3 });
  });

  test('prints with --dry-run, and writes nothing', async () => {
    const directory = project();
    const { stdout } = await runBuilt(['init', '--dry-run', '--ci', 'shell', '--build', 'make'], directory);
    expect(stdout).toMatch(/^# sockbench.config.yaml\n.*build: make\n/s);
    expect(readdirSync(directory).sort()).toEqual(['package.json', 'server.mjs']);
  });

  test('without a terminal refuses what it cannot know, all at once', async () => {
    const { code, stderr } = await runBuilt(['init'], scratchDirectory());
    expect(code).toBe(2);
    expect(stderr).toMatch(/--exec is missing.*\n.*--app is missing/);
    const fixed = await runBuilt(['init', '--exec', 'node server.js 8080', '--app', 'http'], project());
    expect(fixed.stderr).toContain("--exec: 'node server.js 8080' has no {port}");
  });

  test.skipIf(whyMissing('script'))('at a terminal asks only what the files do not tell', async () => {
    const directory = project({
      'server.mjs': "import { createServer } from 'node:http';\ncreateServer().listen(3000);\n",
    });
    const program = new Program(['init', '--ci', 'shell'], { cwd: directory, stdin: 'terminal' });
    await program.waitForOutput(/how is the server started\?/, 'stdout');
    program.type('node server.mjs\n');
    await program.waitForOutput(/(?:how is the server started\?.*){2}/s, 'stdout');
    program.type('exec node server.mjs {port}\n');
    expect((await program.end()).code).toBe(0);
    expect(program.stdout).not.toContain('what does it speak?');
    expect(parse(readFileSync(join(directory, 'sockbench.config.yaml'), 'utf8')).check).toMatchObject({
      ...{ exec: 'exec node server.mjs {port}', app: 'http' },
    });
  });
});
