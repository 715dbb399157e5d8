import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlugInExchange } from '../../../model/plug-in-exchange.ts';
import type { Conversation } from '../conformance/conversation.ts';
import { ContractError, threw } from '../contract-error.ts';
import type { ClientProtocol } from '../protocol.ts';
import type * as contract from './contract.ts';
import { evaluated } from './evaluated.ts';
import { exportFaults, protocolFaults } from './shape.ts';

/** A protocol that a user's file implements. Plain data, so that it can be passed to a thread. */
export interface PlugInSpec {
  readonly kind: 'plug-in';
  /** URL of the file. */
  readonly url: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  readonly options: contract.PlugInOptions;
}

/** Returns the plug-in of a load. @throws {RangeError} when it was read from results, which do not contain its URL. */
export function plugInSpec({ file, url, sha256, options }: PlugInExchange): PlugInSpec {
  if (url === undefined) throw new RangeError(`it is not known where ${file} is`);
  return { kind: 'plug-in', url, sha256, options };
}

/** Extensions of files that can be loaded. */
export const plugInExtensions = ['.ts', '.mts', '.js', '.mjs'] as const;

/** A loaded plug-in. */
export class PlugIn {
  readonly spec: PlugInSpec;
  /** True when it is for datagrams alone. */
  readonly datagrams: boolean;
  /** Conversations that the file contains. */
  readonly examples: readonly Conversation[];
  readonly #create: contract.CreateProtocol;

  constructor(spec: PlugInSpec, { createProtocol, datagrams = false, examples = [] }: contract.PlugInModule) {
    this.spec = spec;
    this.datagrams = datagrams;
    this.examples = examples.map(({ greeting = '', replies, ends = false }) => ({
      greeting: bytesOf(greeting),
      replies: replies.map(bytesOf),
      ends,
    }));
    this.#create = createProtocol;
  }

  /** What identifies it, as a load contains it. Results leave out the URL. */
  get exchange(): PlugInExchange {
    const { sha256, options, url } = this.spec;
    return { protocol: 'plug-in', file: this.file, sha256, options, url };
  }

  /** Name of the file, for messages and results. */
  get file(): string {
    return basename(fileURLToPath(this.spec.url));
  }

  /** Creates its protocol, unguarded. @throws {ContractError} when it throws, or when what it returns is none. */
  create(scope: contract.PlugInScope): ClientProtocol {
    let protocol: unknown;
    try {
      protocol = this.#create(scope, this.spec.options);
    } catch (error) {
      throw threw(`${this.file}: createProtocol`, error);
    }
    const faults = protocolFaults(protocol);
    if (faults.length > 0)
      throw new ContractError(`${this.file}: of what createProtocol returns, ${faults.join('; ')}`);
    return protocol as ClientProtocol;
  }
}

/**
 * Loads a plug-in from a file of JavaScript or TypeScript. Types are removed, not checked.
 * @param url URL of the file.
 * @throws {ContractError} when it cannot be read or loaded, or when its exports are wrong.
 */
export async function loadPlugIn(url: string, options: contract.PlugInOptions): Promise<PlugIn> {
  const path = fileURLToPath(url);
  const file = basename(path);
  const source = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ContractError(`${path} can't be read (${error.code})`);
  });
  // The text that is hashed, also where Node could import the file.
  const exported = await evaluated(path, source.toString()).catch((error: unknown) => {
    throw new ContractError(`${file} can't be loaded: ${error}`, { cause: error });
  });
  const faults = exportFaults(exported);
  if (faults.length > 0) throw new ContractError(`${file}: of its exports, ${faults.join('; ')}`);
  const sha256 = createHash('sha256').update(source).digest('hex');
  return new PlugIn({ kind: 'plug-in', url, sha256, options }, exported as contract.PlugInModule);
}

function bytesOf(given: Uint8Array | string): Uint8Array {
  return typeof given === 'string' ? Buffer.from(given, 'latin1') : given;
}
