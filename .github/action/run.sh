#!/usr/bin/env bash
# Runs the main job, and ends well whatever it found: its exit code is an output of the step.
set -euo pipefail
PATH="$RUNNER_TEMP/lmsys-enrich/bin:$PATH"

mapfile -t lists < <(grep -v '^\s*$' <<<"$LISTS")
mapfile -t flags < <(grep -v '^\s*$' <<<"$FLAGS" || true)
test -z "$ONLY_CHANGED" || flags+=("--only-changed=$ONLY_CHANGED")

code=0
lmsys-enrich run "${flags[@]}" -- "${lists[@]}" || code=$?
# A run that reached its end has said so itself.
grep -q '^exit-code=' "$GITHUB_OUTPUT" 2>/dev/null || echo "exit-code=$code" >>"$GITHUB_OUTPUT"
