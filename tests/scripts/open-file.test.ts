import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';

const spawn = vi.fn();
vi.mock('node:child_process', async (original) => ({ ...(await original<object>()), spawn }));

beforeEach(() => {
  vi.resetModules();
  spawn.mockReset();
});

/** Has the next program start, or fail to. */
function nextProgram(error?: Error): void {
  spawn.mockImplementation(() => {
    const child = Object.assign(new EventEmitter(), { unref: vi.fn() });
    setImmediate(() => child.emit(error === undefined ? 'spawn' : 'error', error));
    return child;
  });
}

async function opened(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { openFile } = await import('../../scripts/session/open-file.ts');
  return openFile('/tmp/a b;c.html', platform, environment);
}

test.each<[NodeJS.Platform, string]>([
  ['linux', 'xdg-open'],
  ['darwin', 'open'],
  ['win32', 'explorer.exe'],
])('on %s, %s opens a file, whose name is one argument', async (platform, program) => {
  nextProgram();
  expect(await opened(platform, { DISPLAY: ':0' })).toBeUndefined();
  expect(spawn).toHaveBeenCalledExactlyOnceWith(
    program,
    ['/tmp/a b;c.html'],
    expect.objectContaining({ detached: true }),
  );
});

test('without a display nothing is started', async () => {
  expect(await opened('linux', {})).toBe('there is no display');
  expect(spawn).not.toHaveBeenCalled();
});

test('a program that is missing is the reason', async () => {
  nextProgram(new Error('spawn xdg-open ENOENT'));
  expect(await opened('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe('xdg-open: spawn xdg-open ENOENT');
});
