import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appNames } from '../../servers/apps/app-catalog.ts';

/** The clients of one protocol each, protocols whose fields have such names, and laboratories that measure chosen apps. */
const NAMING = /^bench\/(lab\/|load\/protocols\/|run\/protocol-spec)|^scripts\/lab\/|\/exchange/;
/** The app of results whose version did not store it: what those versions measured, whatever the default is today. */
const EXCEPTION = "app: z.enum(appNames).default('echo'),";

const names = appNames.join('|');
/** A literal that is the name of an app (not of a field or a protocol), or text that tells the user to choose one. */
const mention = new RegExp(
  `(?<!Pick<\\w+, |(?:kind|protocol) [!=]== )['"\`](?:${names})['"\`]|--app (?:${names})\\b|default: (?:${names})\\b`,
);

test.each(['bench', 'reports', 'scripts'])('%s names no app: it asks the catalog what an app is', (floor) => {
  const files = readdirSync(floor, { recursive: true, encoding: 'utf8' })
    .map((file) => join(floor, file))
    .filter((file) => file.endsWith('.ts') && !NAMING.test(file));
  expect(files.length).toBeGreaterThan(20);
  const mentions = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => mention.test(line) && line.trim() !== EXCEPTION)
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(mentions).toEqual([]);
});
