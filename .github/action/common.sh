# shellcheck shell=bash
# Common to the scripts of the action: `. common.sh`.
PATH="$RUNNER_TEMP/lmsys-enrich/bin:$PATH"

# In a container the workspace has another owner, which git trusts only if it is told to, as actions/checkout tells it:
# https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="${GITHUB_WORKSPACE:-$PWD}"

# lines TEXT NAME: the lines of an input as the array NAME, without blanks around them and without blank ones.
lines() {
    mapfile -t "$2" < <(sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d' <<<"$1")
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
