#!/usr/bin/env bash
# Keeps one issue that lists the dead links.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
refuse_pull_requests "The issue"

lists=()
lines "${LISTS:-}" lists
lmsys-enrich issue -- "${lists[@]}"
