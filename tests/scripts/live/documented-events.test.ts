import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventSchema } from '../../../bench/model/event.ts';

test('docs/live.md documents every event, with an example line', () => {
  const rows = readFileSync('docs/live.md', 'utf8').matchAll(
    /^\| `([\w-]+)` \| .* \| `\{"event":"([\w-]+)","seconds":[\d.]+.*` \|$/gm,
  );
  const documented = [...rows].map(([, name, example]) => [name, example]);
  const names = eventSchema.options.map(({ shape }) => shape.event.value);
  expect(documented).toEqual(names.map((name) => [name, name]));
});
