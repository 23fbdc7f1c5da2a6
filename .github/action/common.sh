# shellcheck shell=bash
# Common to the scripts of the action: `. common.sh`.
PATH="$RUNNER_TEMP/lmsys-enrich/bin:$PATH"

# lines TEXT NAME: the lines of an input as the array NAME, blank ones left out.
lines() {
    mapfile -t "$2" < <(grep -v '^[[:space:]]*$' <<<"$1" || true)
}

# refuse MESSAGE: ends the step with an error that the run's page shows.
refuse() {
    echo "::error title=lmsys-enrich::$1"
    exit 1
}

# Work on a pull request is a stranger's: its files, and the commit that is checked out. Only what is on the branch
# is published, by events that no stranger starts.
refuse_pull_requests() {
    case "${GITHUB_EVENT_NAME:-}" in
        pull_request* | merge_group)
            refuse "$1 is not done for the event $GITHUB_EVENT_NAME; run it on schedule or workflow_dispatch."
            ;;
    esac
}
