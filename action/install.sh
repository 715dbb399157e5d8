#!/usr/bin/env bash
# Installs and builds sockbench as it is in this action's revision.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
  echo "::error::sockbench needs Node 20.19 or later, and this job has $(node --version || echo none): use actions/setup-node before it"
  exit 1
fi
# npm ci runs the script `prepare`, which builds.
[ -e dist/scripts/sockbench.js ] || npm ci --no-audit --no-fund
