import { ConfigurationError } from '../../bench/model/errors.ts';

/** Changes that no release has yet: https://keepachangelog.com/en/1.1.0/. */
const UNRELEASED = 'Unreleased';

/**
 * Returns what a change log says about a version, for its release.
 * @param changelog in the format of Keep a Changelog: `## 1.2.3 - 2026-11-29`, or `## [1.2.3] - 2026-11-29`.
 * @param tag of the release, if it is known.
 * @throws {ConfigurationError} with all that prevents the release: changes without a version, no section about this one,
 * or a tag of another.
 */
export function notesOf(changelog: string, version: string, tag?: string): string {
  const sections = sectionsOf(changelog);
  const notes = sections.get(version);
  const faults: string[] = [];
  if (tag !== undefined && tag !== `v${version}`) {
    faults.push(`--tag: ${tag} is not v${version}, the version in package.json: change one of them`);
  }
  if (sections.get(UNRELEASED)) {
    faults.push(`CHANGELOG.md: '${UNRELEASED}' has entries: move them to a section '## ${version} - DATE'`);
  }
  if (!notes)
    faults.push(`CHANGELOG.md: there is nothing about ${version}: write '## ${version} - DATE' and its changes`);
  if (!notes || faults.length > 0) throw new ConfigurationError(faults);
  return notes;
}

/** Returns the text of each section, by its version. */
function sectionsOf(changelog: string): Map<string, string> {
  const [, ...parts] = changelog.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const [, version = ''] = /^\[?([^\]\s]+)/.exec(heading) ?? [];
      return [version, lines.join('\n').trim()];
    }),
  );
}
