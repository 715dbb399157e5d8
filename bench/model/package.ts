import { existsSync, readFileSync } from 'node:fs';

/** Returns the folder of this package as a URL that ends in a slash, wherever the code was built to. */
export function packageRoot(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    if (folder.pathname === '/') throw new Error('sockbench can not find its own package.json: install it again');
    folder = new URL('..', folder);
  }
  return folder;
}

/** Returns this package's version, from its own package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string }).version;
}
