#!/usr/bin/env bash
# Runs `sockbench check`, and leaves its reports, the step summary and the outputs of action.yml's step `check`.
# Succeeds when there is an outcome or an exit code to report: verdict.sh decides about the job.
set -uo pipefail

program="$(dirname "$0")/../dist/scripts/sockbench.js"
fail() {
  echo "::error::$1"
  exit 1
}

[[ "$CHECK_NAME" =~ ^[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*$ ]] || fail "name: '$CHECK_NAME' is not letters, digits, single - and ."
directory="${RUNNER_TEMP:?}/sockbench-$CHECK_NAME"
rm -rf "$directory"
mkdir -p "$directory"

# The commit that a pull request branched off. `actions/checkout` leaves a merge with the base, whose merge base with it is its tip:
# then the pull request alone makes the difference.
baseline() {
  if [ -n "$CHECK_BASELINE_REF" ]; then
    echo "$CHECK_BASELINE_REF"
  elif [ -n "${GITHUB_BASE_REF:-}" ]; then
    local base="refs/remotes/origin/$GITHUB_BASE_REF"
    git rev-parse --verify --quiet "$base" >/dev/null || git fetch --quiet --no-tags origin "+refs/heads/$GITHUB_BASE_REF:$base" || return
    git merge-base HEAD "$base"
  else
    git rev-parse --verify --quiet 'HEAD^'
  fi
}
ref="$(baseline)" || fail 'no commit to compare with was found: let actions/checkout fetch the history, with fetch-depth: 0'

flags=(--baseline-ref "$ref" --out-dir "$directory/results")
[ -z "$CHECK_EXEC" ] || flags+=(--exec "$CHECK_EXEC")
[ -z "$CHECK_BUILD" ] || flags+=(--build "$CHECK_BUILD")
while IFS= read -r argument; do
  [ -z "$argument" ] || flags+=("$argument")
done <<<"$CHECK_ARGUMENTS"
reports=(json=check.json html=report.html markdown=summary.md comment=comment.md)
for report in "${reports[@]}"; do flags+=(--out "${report%%=*}=$directory/${report#*=}"); done

node "$program" check "${flags[@]}" 2> >(tee "$directory/log.txt" >&2)
code=$?

outcome=
if [ -e "$directory/check.json" ]; then
  outcome="$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).verdict.outcome' "$directory/check.json")"
  cat "$directory/summary.md" >>"$GITHUB_STEP_SUMMARY"
else
  {
    echo '### sockbench: nothing was measured'
    echo
    # Four spaces make a block of code that no content can end.
    tail -n 20 "$directory/log.txt" | sed 's/^/    /'
  } >>"$GITHUB_STEP_SUMMARY"
fi
rm -rf "$directory/results"
{
  echo "directory=$directory"
  echo "exit-code=$code"
  echo "outcome=$outcome"
} >>"$GITHUB_OUTPUT"
