import { expect, test } from 'vitest';
import { mustDrawAscii, reportWidth } from '../../scripts/cli/output.ts';

test.each([
  ['no terminal', undefined, 100],
  ['a terminal of unknown width', 0, 100],
  ['a wide terminal', 200, 100],
  ['a standard terminal', 80, 80],
  ['too narrow a terminal', 20, 60],
])('for %s (%s columns) reports have %d columns', (_, columns, width) => {
  expect(reportWidth(columns)).toBe(width);
});

test.each<[string, boolean, NodeJS.ProcessEnv]>([
  ['a terminal with a UTF-8 locale', false, { TERM: 'xterm-256color', LANG: 'de_DE.UTF-8' }],
  ['another spelling of it', false, { LC_ALL: 'C.utf8' }],
  ['no locale', false, {}],
  ['another encoding', true, { LANG: 'de_DE.ISO-8859-15' }],
  ['the locale C', true, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }],
  ['a locale of characters alone', true, { LC_CTYPE: 'POSIX', LANG: 'de_DE.UTF-8' }],
  ['an empty LC_ALL', false, { LC_ALL: '', LC_CTYPE: 'en_US.UTF-8', LANG: 'C' }],
  ['the console of Linux', true, { TERM: 'linux', LANG: 'de_DE.UTF-8' }],
  ['a dumb terminal', true, { TERM: 'dumb', LANG: 'de_DE.UTF-8' }],
])('with %s plots are in ASCII: %s', (_, ascii, env) => {
  expect(mustDrawAscii(false, env)).toBe(ascii);
  expect(mustDrawAscii(true, env)).toBe(true);
});
