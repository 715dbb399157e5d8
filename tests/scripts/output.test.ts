import { expect, test } from 'vitest';
import { reportWidth } from '../../scripts/cli/output.ts';

test.each([
  ['no terminal', undefined, 100],
  ['a terminal of unknown width', 0, 100],
  ['a wide terminal', 200, 100],
  ['a standard terminal', 80, 80],
  ['too narrow a terminal', 20, 60],
])('for %s (%s columns) reports have %d columns', (_, columns, width) => {
  expect(reportWidth(columns)).toBe(width);
});
