#!/usr/bin/env bash
# Ends with 0 or 1, by the exit code of the check and by what should make the job fail.
set -euo pipefail

case "$CHECK_FAIL_ON" in
  regressed) passing=' 0 3 ' ;;
  inconclusive) passing=' 0 ' ;;
  never) passing=' 0 1 3 ' ;;
  *)
    echo "::error::fail-on: '$CHECK_FAIL_ON' is not regressed, inconclusive or never"
    exit 1
    ;;
esac
if [[ "$passing" == *" $CHECK_EXIT_CODE "* ]]; then exit 0; fi
case "$CHECK_EXIT_CODE" in
  1) echo '::error::REGRESSED: the server became slower; the step summary says by how much' ;;
  3) echo '::error::INCONCLUSIVE or INVALID: the step summary says what would decide it' ;;
  *) echo "::error::nothing was decided: sockbench check ended with exit code $CHECK_EXIT_CODE; its log says why" ;;
esac
exit 1
