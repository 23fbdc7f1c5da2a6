#!/usr/bin/env bash
# Runs the main job. The step succeeds whatever was found: the exit code is an output of the step.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

lists=() flags=()
lines "${LISTS:-}" lists
lines "${FLAGS:-}" flags
test -z "${ONLY_CHANGED:-}" || flags+=("--only-changed=$ONLY_CHANGED")
test "${IN_PLACE:-false}" != true || flags+=(--in-place)

code=0
lmsys-enrich run "${flags[@]}" -- "${lists[@]}" || code=$?
# A run that reached its end has written the exit code itself.
grep -q '^exit-code=' "$GITHUB_OUTPUT" 2>/dev/null || echo "exit-code=$code" >>"$GITHUB_OUTPUT"
