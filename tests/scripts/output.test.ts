import { expect, test } from 'vitest';
import { reportWidth } from '../../scripts/cli/output.ts';

test.each([
  ['no terminal', undefined, 100],
  ['one that does not tell', 0, 100],
  ['a wide one', 200, 100],
  ['a usual one', 80, 80],
  ['one too narrow for any table', 20, 60],
])('for %s (%s columns) reports are laid out in %d columns', (_, columns, width) => {
  expect(reportWidth(columns)).toBe(width);
});
