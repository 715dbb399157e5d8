import { stringify } from 'yaml';

/** How the server of a project is checked. */
export interface CheckSetup {
  readonly exec: string;
  readonly build: string | null;
  readonly app: string;
}

/** Where the checks run; `shell`: anywhere else, or by hand. */
export const ciSystems = ['github', 'gitlab', 'shell'] as const;
export type CiSystem = (typeof ciSystems)[number];

/** A file to write, by its path in the project. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** What to do with it, if anything. */
  readonly remark?: string;
}

/** Returns the files that a project needs for checks in CI. @param version of sockbench that CI shall run. */
export function plannedFiles(setup: CheckSetup, ci: CiSystem, version: string): PlannedFile[] {
  const config = { path: 'sockbench.config.yaml', text: configText(setup) };
  switch (ci) {
    case 'github':
      return [
        config,
        { path: '.github/workflows/sockbench.yml', text: workflow(version) },
        {
          path: '.github/workflows/sockbench-comment.yml',
          text: commentWorkflow(version),
          remark: 'it takes effect when it is on the default branch',
        },
      ];
    case 'gitlab':
      return [
        config,
        {
          path: 'sockbench.gitlab-ci.yml',
          text: gitlabJob(version),
          remark: 'add it to .gitlab-ci.yml: `include: { local: sockbench.gitlab-ci.yml }`',
        },
      ];
    case 'shell':
      return [config];
  }
}

function configText({ exec, build, app }: CheckSetup): string {
  const options = { check: { exec, ...(build !== null && { build }), app } };
  return `# Options of sockbench. \`sockbench check --print-config\` prints those in effect, \`sockbench schema\` all there are.\n${stringify(options, { lineWidth: 0 })}`;
}

const CHECKOUT = `      - uses: actions/checkout@v4
        with: { fetch-depth: 0, persist-credentials: false }
      - uses: actions/setup-node@v4
        with: { node-version: 20 }`;

function workflow(version: string): string {
  return `# Measures each pull request against the commit that it branched off. Code of strangers runs here: there is no token to steal.
name: sockbench

on: pull_request

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
${CHECKOUT}
      - name: Check
        run: |
          baseline="$(git merge-base HEAD "origin/$GITHUB_BASE_REF")"
          code=0
          npx --yes sockbench@${version} check --baseline-ref "$baseline" \\
            --out json=sockbench/check.json,html=sockbench/report.html,markdown=sockbench/summary.md || code=$?
          [ ! -e sockbench/summary.md ] || cat sockbench/summary.md >>"$GITHUB_STEP_SUMMARY"
          # 3: neither slower nor as fast could be shown. The summary says what would decide it.
          [ "$code" = 3 ] || exit "$code"
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with: { name: sockbench, path: sockbench, if-no-files-found: ignore }
`;
}

function commentWorkflow(version: string): string {
  return `# Comments on the pull request that sockbench.yml has measured, also on one from a fork.
# It has a token, so it runs no code of the pull request, and uses none of its text.
name: sockbench comment

on:
  workflow_run:
    workflows: [sockbench]
    types: [completed]

permissions:
  actions: read
  contents: read
  pull-requests: write

jobs:
  comment:
    runs-on: ubuntu-24.04
    if: \${{ github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.conclusion != 'cancelled' }}
    steps:
      - uses: actions/setup-node@v4
        with: { node-version: 20 }
      - uses: actions/download-artifact@v4
        id: download
        # There is none when nothing was measured: the workflow that measured says why.
        continue-on-error: true
        with:
          name: sockbench
          path: sockbench
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - if: \${{ steps.download.outcome == 'success' }}
        env:
          GITHUB_TOKEN: \${{ github.token }}
          # A pull request chooses the name of its branch: no shell may read it as code.
          HEAD: \${{ github.event.workflow_run.head_repository.owner.login }}:\${{ github.event.workflow_run.head_branch }}
          SHA: \${{ github.event.workflow_run.head_sha }}
        run: npx --yes sockbench@${version} comment sockbench/check.json --head "$HEAD" --sha "$SHA"
`;
}

function gitlabJob(version: string): string {
  return `# Measures each merge request against the commit that it branched off.
sockbench:
  image: node:20
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0
  script:
    - >
      npx --yes sockbench@${version} check --baseline-ref "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
      --out json=sockbench/check.json,html=sockbench/report.html,junit=sockbench/junit.xml
  # 3: neither slower nor as fast could be shown. A warning, not a failure.
  allow_failure:
    exit_codes: 3
  artifacts:
    when: always
    paths: [sockbench/]
    reports:
      junit: sockbench/junit.xml
`;
}
