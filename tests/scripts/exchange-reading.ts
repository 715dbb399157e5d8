import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { exchangeFlags } from '../../scripts/flags/exchange/options.ts';
import { type ReadExchange, readExchange } from '../../scripts/flags/exchange/read-exchange.ts';
import { appFlag } from '../../scripts/flags/options.ts';

const schema = z.strictObject({ ...appFlag, ...exchangeFlags });
export type Address = Parameters<typeof readExchange>[1];

const directory = mkdtempSync(join(tmpdir(), 'sockbench-exchange-'));

/** Writes a file for the flags, for one test. @returns its path. */
export function file(name: string, content: string | Uint8Array): string {
  mkdirSync(directory, { recursive: true });
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** Returns what the flags say, and their faults. */
export function read(
  argv: Record<string, unknown>,
  address?: Address,
): ReadExchange & { readonly faults: readonly string[] } {
  const flags = readFlags(schema, { _: ['run'], $0: 'sockbench', ...argv });
  const exchange = readExchange(flags, address);
  try {
    flags.assertNoFaults();
    return { ...exchange, faults: [] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { ...exchange, faults: error.faults };
    throw error;
  }
}

export const get = {
  method: 'GET',
  path: '/',
  headers: [],
  body: null,
  weight: 1,
  expectStatus: null,
  expectBody: null,
};
export const page: Address = {
  ...{ kind: 'address', url: 'http://127.0.0.1:7/a?b', transport: 'tcp', app: 'http' },
  ...{ address: { host: '127.0.0.1', port: 7 }, http: { host: '127.0.0.1:7', path: '/a?b' } },
};
export const store: Address = {
  ...{ kind: 'address', url: 'redis://127.0.0.1:7', transport: 'tcp', redis: {} },
  address: { host: '127.0.0.1', port: 7 },
};
