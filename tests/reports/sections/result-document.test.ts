import { expect, test } from 'vitest';
import { documentOf } from '../../../reports/sections/result-document.ts';
import { sweep } from '../sweeps.ts';
import { documentText } from './documents.ts';
import { comparison, regressedCheck, samples, timedRun } from './fixtures.ts';

test.each([
  ['bench', comparison()],
  ['run', timedRun()],
  ['scale', sweep()],
  ['capacity', samples.searches],
  ['check', regressedCheck()],
  ['check-recorded', samples['recorded runs']],
])('the whole document of %s', async (name, saved) => {
  await expect(documentText(documentOf(saved))).toMatchFileSnapshot(`../../golden/document-${name}.txt`);
});
