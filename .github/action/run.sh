#!/usr/bin/env bash
# Runs the main job. The step succeeds whatever was found: the exit code is an output of the step.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

lists=() given=() flags=()
lines "${LISTS:-}" lists
lines "${FLAGS:-}" given
# No shell reads the input: `--deadline 20m` is made two words here, and quotation marks would be part of the value.
for line in "${given[@]}"; do
    if [[ $line == *[[:space:]]--* ]]; then refuse "flags: write each on a line of its own, not '$line'."; fi
    if [[ $line =~ ^--[a-z-]+[[:space:]=]+[\'\"].*[\'\"]$ ]]; then
        refuse "flags: no shell reads them, so leave the quotation marks of $line away."
    fi
    if [[ $line =~ ^(--[a-z-]+)[[:space:]]+(.*)$ ]]; then flags+=("${BASH_REMATCH[@]:1}"); else flags+=("$line"); fi
done
test -z "${ONLY_CHANGED:-}" || flags+=("--only-changed=$ONLY_CHANGED")
test "${IN_PLACE:-false}" != true || flags+=(--in-place)

code=0
lmsys-enrich run "${flags[@]}" -- "${lists[@]}" || code=$?
# A run that reached its end has written the exit code itself.
grep -q '^exit-code=' "$GITHUB_OUTPUT" 2>/dev/null || echo "exit-code=$code" >>"$GITHUB_OUTPUT"
