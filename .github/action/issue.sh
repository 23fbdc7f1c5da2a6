#!/usr/bin/env bash
# Keeps one issue current that tells which links are dead.
set -euo pipefail
PATH="$RUNNER_TEMP/lmsys-enrich/bin:$PATH"

mapfile -t lists < <(grep -v '^\s*$' <<<"$LISTS")
lmsys-enrich issue -- "${lists[@]}"
