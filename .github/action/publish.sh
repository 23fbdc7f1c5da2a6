#!/usr/bin/env bash
# Commits the outputs to the branch, or keeps one pull request with them. Pushes only what has changed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
refuse_pull_requests "Publishing"
BRANCH=lmsys-enrich/update
MESSAGE="Links and facts as of $(date --utc +%F)"
ATTEMPTS=5

case "$GITHUB_REF" in
    refs/heads/*) ;;
    *) refuse "Publishing needs a branch, and $GITHUB_REF is none: choose a branch for 'Run workflow'." ;;
esac
case "$PUBLISH" in
    commit | pull-request) ;;
    *) refuse "publish is '$PUBLISH': write commit, pull-request or none." ;;
esac
git rev-parse --git-dir >/dev/null ||
    refuse "Publishing needs a clone. In a container, install git before actions/checkout, which only unpacks else."
# Figures change every night, so that users may choose the days of the week on which they are published.
WEEK=" monday tuesday wednesday thursday friday saturday sunday"
if test -n "${DAYS:-}"; then
    today=$(LC_ALL=C date --utc +%A) is_due=false
    for day in $(tr '[:upper:],' '[:lower:] ' <<<"$DAYS"); do
        case "$WEEK" in
            *" $day"*) ;;
            *) refuse "publish-days: '$day' is no day of the week; write them as monday thursday." ;;
        esac
        if [[ ${today,,} == "$day"* ]]; then is_due=true; fi
    done
    if test "$is_due" = false; then
        echo "Not published today: publish-days is ${DAYS//$'\n'/ }."
        exit 0
    fi
fi

lists=() wanted=() copies=()
lines "${LISTS:-}" lists
lines "${PATHS:-}" wanted
if test -n "${INTO:-}"; then
    lmsys-enrich render --into="$INTO" --quiet -- "${lists[@]}"
    wanted+=("$INTO")
fi
# Facts in the lists: of a folder only the files that are tracked are published.
tracked=()
if test "${IN_PLACE:-false}" = true; then
    for list in "${lists[@]}"; do
        if test -d "$list"; then tracked+=("$list"); else wanted+=("$list"); fi
    done
    if test "${#lists[@]}" = 0; then
        # The lists of the settings, or the README: the Markdown files that the run has changed.
        mapfile -d '' -t tracked < <(git diff --name-only --relative -z -- '*.md' '*.markdown' '*.mdown' '*.mkd' '*.mdx' '*.[qR]md')
    fi
fi

# As "build/enriched.md docs/list.md": a file, or the files of a folder.
lines "${COPIES:-}" copies
for copy in "${copies[@]}"; do
    read -r from to <<<"$copy"
    test -n "$to" || refuse "copies: '$copy' names one file; write two on a line, as build/enriched.md docs/list.md."
    if test -d "$from"; then
        mkdir -p "$to"
        cp -R "$from/." "$to"
    elif test -e "$from"; then
        if test -d "$to" || [[ $to == */ ]]; then to=${to%/}/$(basename "$from"); fi
        mkdir -p "$(dirname "$to")"
        cp "$from" "$to"
    else
        echo "::warning title=lmsys-enrich::copies: there is no $from, so nothing is copied to $to."
    fi
    wanted+=("$to")
done

# With several lists the files of each lie in a folder of its name: build/enriched.md is build/*/enriched.md then.
paths=()
for path in "${wanted[@]}"; do
    found=("$path" "$(dirname "$path")"/*/"$(basename "$path")")
    for one in "${found[@]}"; do
        if test -e "$one" || test -L "$one"; then paths+=("$one"); fi
    done
done
if test "${#paths[@]}" = 0 && test "${#tracked[@]}" = 0; then
    echo "Nothing to publish: none of the paths exists."
    exit 0
fi

# The token is in no file and in no command line: git reads it from its environment. No hook of the repository runs.
# `common.sh` has set the first of these.
export GIT_CONFIG_COUNT=6
export GIT_CONFIG_KEY_1=user.name GIT_CONFIG_VALUE_1="github-actions[bot]"
export GIT_CONFIG_KEY_2=user.email GIT_CONFIG_VALUE_2="41898282+github-actions[bot]@users.noreply.github.com"
export GIT_CONFIG_KEY_3=core.hooksPath GIT_CONFIG_VALUE_3=/dev/null
# First empty, which removes the header that actions/checkout may have left: two would be refused.
export GIT_CONFIG_KEY_4="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_4=""
export GIT_CONFIG_KEY_5="http.$GITHUB_SERVER_URL/.extraheader"
GIT_CONFIG_VALUE_5="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 --wrap=0)"
export GIT_CONFIG_VALUE_5
export GIT_LITERAL_PATHSPECS=1

# What is checked out is on the branch: a commit of somebody else's is never pushed along.
fetch() {
    git fetch --quiet origin "$GITHUB_REF" ||
        refuse "git cannot fetch $GITHUB_REF_NAME (see above), so nothing is published. Was the branch deleted? The \
token needs 'permissions: contents: write'."
}
not_on_branch() {
    refuse "The commit that is checked out is not on $GITHUB_REF_NAME: nothing is published. If the branch was \
rewritten meanwhile, the next run publishes; else let actions/checkout take the branch."
}
base=$(git rev-parse HEAD)
fetch
git merge-base --is-ancestor "$base" FETCH_HEAD || not_on_branch

# Outputs are published from a sparse checkout too, whatever it includes.
add() {
    git -c core.sparseCheckout=false add "$@" ||
        refuse "git does not take a path of publish-paths, copies or lists (see above): name files of this repository."
}
test "${#paths[@]}" = 0 || add --force -- "${paths[@]}"
test "${#tracked[@]}" = 0 || add --update -- "${tracked[@]}"
# The badge with the day of the last check would make a commit each night.
GIT_LITERAL_PATHSPECS=0 git reset --quiet -- ':(glob)**/badges/last-check.*'

# On GitHub Enterprise gh needs the host, and its token under another name.
GH_HOST=${GITHUB_SERVER_URL#*://}
GH_REPO=$GH_HOST/$GITHUB_REPOSITORY
export GH_HOST GH_REPO GH_ENTERPRISE_TOKEN="$GH_TOKEN"
# open_pull_request: prints the number of ours. A fork may have a branch of this name too.
open_pull_request() {
    gh pr list --head "$BRANCH" --state open --json number,isCrossRepository \
        --jq '.[] | select(.isCrossRepository | not) | .number' ||
        refuse "gh cannot list pull requests (see above): it has to be installed, and the token needs \
'permissions: pull-requests: write'." >&2
}

if git diff --cached --quiet; then
    echo "Nothing has changed."
    # What an open pull request proposes is no longer so, as a death after which the link came back.
    if test "$PUBLISH" = pull-request && git ls-remote --quiet --exit-code origin "refs/heads/$BRANCH" >/dev/null; then
        number=$(open_pull_request)
        test -z "$number" || gh pr close "$number" --comment "By the last run $GITHUB_REF_NAME is up to date."
    fi
    exit 0
fi
# The job's own branch stays as it is where a pull request proposes the change.
test "$PUBLISH" = commit || git switch --quiet --detach
git commit --quiet --message "$MESSAGE" || refuse "git cannot commit (see above): mend the configuration of git on the runner."

if test "$PUBLISH" = commit; then
    # Somebody may push in between: put the commit on top of that, and try again.
    for attempt in $(seq "$ATTEMPTS"); do
        if git push --quiet origin "HEAD:$GITHUB_REF"; then
            echo "Committed to $GITHUB_REF_NAME."
            exit 0
        fi
        fetch
        if test "$(git rev-parse FETCH_HEAD)" = "$base"; then
            # Nothing came in between: the push is refused for another reason.
            refuse "The push to $GITHUB_REF_NAME was refused (see above). The token needs 'permissions: contents: \
write'; a protected branch takes 'publish: pull-request', or the token of somebody who may pass its rules as \
publish-token."
        fi
        git merge-base --is-ancestor "$base" FETCH_HEAD || not_on_branch
        # Files that are not published may have changed too, as the cache: they are left as they are.
        if ! git rebase --quiet --autostash --onto FETCH_HEAD "$base"; then
            git rebase --abort 2>/dev/null || true # there is none where it could not begin
            echo "::warning title=lmsys-enrich::Others changed the same files of $GITHUB_REF_NAME meanwhile. The next run publishes again."
            exit 0
        fi
        base=$(git rev-parse FETCH_HEAD)
        if git diff --quiet "$base" HEAD; then
            echo "The branch has it already."
            exit 0
        fi
        sleep "${RETRY_SECONDS:-$attempt}"
    done
    refuse "$GITHUB_REF_NAME changed $ATTEMPTS times during the push: nothing is published. The next run tries again."
fi

if git fetch --quiet origin "refs/heads/$BRANCH" 2>/dev/null && git diff --quiet FETCH_HEAD HEAD; then
    echo "The branch $BRANCH has it already."
else
    git push --quiet --force origin "HEAD:refs/heads/$BRANCH" ||
        refuse "The push to $BRANCH was refused (see above). The token needs 'permissions: contents: write', and no \
rule of the repository may forbid the push; another token can be given as publish-token."
fi
number=$(open_pull_request)
if test -n "$number"; then
    echo "The pull request is updated."
    exit 0
fi
gh pr create --head "$BRANCH" --base "$GITHUB_REF_NAME" --title "$MESSAGE" \
    --body "Links and facts of the last run. This pull request is updated until it is merged or closed." ||
    refuse "The pull request was not opened (see above). Allow it in the repository's settings: Actions, General, \
'Allow GitHub Actions to create and approve pull requests'; or give another token as publish-token."
