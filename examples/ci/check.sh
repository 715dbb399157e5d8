#!/bin/sh
# Any other CI: compares this checkout with the commit that it branched off, and writes reports into sockbench/.
# Usage: check.sh BASE-BRANCH 'node server.js {port}' ['npm ci'] [further flags of sockbench check]
set -u
base=${1:?the branch that this one merges into} server=${2:?starts the server on {port\}} build=${3:-true}
shift 2
[ $# -eq 0 ] || shift

baseline=$(git merge-base HEAD "$base") || exit 2
npx sockbench check --baseline-ref "$baseline" --build "$build" --exec "$server" \
  --out json=sockbench/check.json,html=sockbench/report.html,junit=sockbench/junit.xml "$@"
code=$?
# 3: neither slower nor as fast could be shown; not the fault of this change.
if [ $code -eq 3 ]; then exit 0; fi
exit $code
