import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import type { ReportDocument } from '../document/report-document.ts';
import type { Saved } from '../files/saved.ts';
import { runHeading } from '../text/run-heading.ts';
import { checkDocument } from './check-document.ts';
import { latencySection } from './latency.ts';
import { leaderboardSection } from './leaderboard.ts';
import { measuredScenarios } from './scenarios.ts';
import { spectrumSection } from './spectrum.ts';
import { throughputSection } from './throughput.ts';
import { timesLine } from './times.ts';
import { verdictSection } from './verdict.ts';

/** Returns the report of a saved result, in reading order. Pure: no I/O, no clock. */
export function documentOf(saved: Saved): ReportDocument {
  return saved.schema === CHECK_SCHEMA ? checkDocument(saved) : runDocument(saved);
}

function runDocument(result: Result): ReportDocument {
  const scenarios = measuredScenarios(result);
  const sections = [
    verdictSection(result, scenarios, []),
    leaderboardSection(scenarios),
    throughputSection(scenarios),
    latencySection(result, scenarios),
    spectrumSection(result, scenarios),
  ].flat();
  return {
    title: titleOf(result),
    subtitle: [timesLine(result), ...runHeading(result)],
    identities: identitiesOf(result),
    sections,
  };
}

const TITLES: Readonly<Record<string, string>> = {
  bench: 'Comparison',
  run: 'One load',
  scale: 'Sweep over connections',
  capacity: 'Search for the capacity',
};

function titleOf({ plan: { command, models } }: Result): string {
  const what = TITLES[command] ?? command;
  return models.length === 0 || models.length > 4
    ? `${what} of ${models.length} servers`
    : `${what}: ${models.join(', ')}`;
}

function identitiesOf({ plan, trials }: Result): string[] {
  return [...new Set([...plan.models, ...trials.map(({ target }) => target)])];
}
