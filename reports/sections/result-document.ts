import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import type { ReportDocument } from '../document/report-document.ts';
import type { Saved } from '../files/saved.ts';
import { runHeading } from '../text/run-heading.ts';
import { capacitySections } from './capacity.ts';
import { checkDocument } from './check-document.ts';
import { driftSection } from './drift.ts';
import { environmentSection } from './environment.ts';
import { errorsSection } from './errors.ts';
import { fairnessSection } from './fairness.ts';
import { generatorSection } from './generator.ts';
import { identitiesOf } from './identities.ts';
import { lagSection } from './lag.ts';
import { latencySection } from './latency.ts';
import { leaderboardSection } from './leaderboard.ts';
import { pairwiseSection } from './pairwise.ts';
import { measuringCommand } from './reproduction/measuring-command.ts';
import { reproductionBlocks } from './reproduction.ts';
import { resourcesSection } from './resources.ts';
import { measuredScenarios } from './scenarios.ts';
import { spectrumSection } from './spectrum.ts';
import { throughputSection } from './throughput.ts';
import { timelineSection } from './timeline.ts';
import { timesLine } from './times.ts';
import { verdictSection } from './verdict.ts';

/** Returns the report of a saved result, in reading order. Pure: no I/O, no clock. */
export function documentOf(saved: Saved): ReportDocument {
  return saved.schema === CHECK_SCHEMA ? checkDocument(saved) : runDocument(saved);
}

function runDocument(result: Result): ReportDocument {
  // The trials of a search have different rates: each would be a table of its own.
  const scenarios = result.plan.capacity === undefined ? measuredScenarios(result) : [];
  const sections = [
    verdictSection(result, scenarios, reproductionBlocks(measuringCommand(result))),
    capacitySections(result),
    leaderboardSection(result, scenarios),
    throughputSection(result, scenarios),
    latencySection(result, scenarios),
    spectrumSection(result, scenarios),
    lagSection(scenarios),
    timelineSection(scenarios),
    resourcesSection(result, scenarios),
    fairnessSection(scenarios),
    errorsSection(result, scenarios),
    pairwiseSection(result, scenarios),
    driftSection(result, scenarios),
    generatorSection(result),
    environmentSection(result),
  ].flat();
  return {
    title: titleOf(result),
    subtitle: [timesLine(result), ...runHeading(result)],
    identities: identitiesOf(targetsOf(result), sections),
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

function targetsOf({ plan, trials }: Result): string[] {
  return [...new Set([...plan.models, ...trials.map(({ target }) => target)])];
}
