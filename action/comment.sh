#!/usr/bin/env bash
# Writes the comment. The pull request made the file, so its text is not used: sockbench reads the numbers, and writes its own.
set -euo pipefail

exec node "$(dirname "$0")/../dist/scripts/sockbench.js" comment "${RUNNER_TEMP:?}/sockbench-comment/check.json" \
  --name "$COMMENT_NAME" --head "$COMMENT_HEAD" --sha "$COMMENT_SHA"
