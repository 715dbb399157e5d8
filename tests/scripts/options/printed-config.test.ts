import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Layer } from '../../../scripts/cli/layer.ts';
import { natsFlags } from '../../../scripts/flags/fleet.ts';
import { printedConfig } from '../../../scripts/options/printed-config.ts';

test.each([
  ['nats://me:secret@host:4222', 'nats://***@host:4222'],
  // As someone may type it: not escaped.
  ['tls://me:sec/re@t@host', 'tls://***@host'],
  ['secret@host', '***@host'],
  ['nats://host', 'nats://host'],
])('the password of a NATS server is masked: %s', (value, printed) => {
  const layer: Layer = new Map([['nats', { value, origin: { called: '--nats', source: '--nats' } }]]);
  expect(printedConfig('run', z.strictObject(natsFlags), layer)).toContain(printed);
});
