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
    *) refuse "Publishing needs a branch, and $GITHUB_REF is none." ;;
esac
# Figures change every night: on wish they are published on some days of the week alone.
if test -n "${DAYS:-}" && ! grep -qiw "$(LC_ALL=C date --utc +%A)" <<<"$DAYS"; then
    echo "Not published today: publish-days is ${DAYS//$'\n'/ }."
    exit 0
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
    if test -d "$from"; then
        mkdir -p "$to"
        cp -R "$from/." "$to"
    elif test -e "$from"; then
        mkdir -p "$(dirname "$to")"
        cp "$from" "$to"
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
export GIT_CONFIG_COUNT=5
export GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0="github-actions[bot]"
export GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1="41898282+github-actions[bot]@users.noreply.github.com"
# First empty, which removes the header that actions/checkout may have left: two would be refused.
export GIT_CONFIG_KEY_2="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_2=""
export GIT_CONFIG_KEY_3="http.$GITHUB_SERVER_URL/.extraheader"
GIT_CONFIG_VALUE_3="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 --wrap=0)"
export GIT_CONFIG_VALUE_3
export GIT_CONFIG_KEY_4=core.hooksPath GIT_CONFIG_VALUE_4=/dev/null
export GIT_LITERAL_PATHSPECS=1

# What is checked out is on the branch: a commit of somebody else's is never pushed along.
git fetch --quiet origin "$GITHUB_REF"
git merge-base --is-ancestor HEAD FETCH_HEAD ||
    refuse "The commit that is checked out is not on $GITHUB_REF_NAME: nothing is published."

test "${#paths[@]}" = 0 || git add --force -- "${paths[@]}"
test "${#tracked[@]}" = 0 || git add --update -- "${tracked[@]}"
# The badge with the day of the last check would make a commit each night.
GIT_LITERAL_PATHSPECS=0 git reset --quiet -- ':(glob)**/badges/last-check.*'
if git diff --cached --quiet; then
    echo "Nothing has changed."
    exit 0
fi

if test "$PUBLISH" = commit; then
    git commit --quiet --message "$MESSAGE"
    # Somebody may push in between: put the commit on top of that, and try again.
    for attempt in $(seq "$ATTEMPTS"); do
        if git push --quiet origin "HEAD:$GITHUB_REF"; then
            echo "Committed to $GITHUB_REF_NAME."
            exit 0
        fi
        git fetch --quiet origin "$GITHUB_REF"
        if git merge-base --is-ancestor FETCH_HEAD HEAD; then
            # Nothing came in between: the push is refused for another reason, as a protected branch.
            refuse "The push to $GITHUB_REF_NAME was refused (see above); publish: pull-request may be a way."
        fi
        # Files that are not published may have changed too, as the cache: they are left as they are.
        if ! git rebase --quiet --autostash FETCH_HEAD; then
            git rebase --abort
            echo "::warning title=lmsys-enrich::Others changed the same lines of $GITHUB_REF_NAME meanwhile. The next run publishes again."
            exit 0
        fi
        if git diff --quiet FETCH_HEAD HEAD; then
            echo "The branch has it already."
            exit 0
        fi
        sleep "${RETRY_SECONDS:-$attempt}"
    done
    refuse "$GITHUB_REF_NAME changed $ATTEMPTS times during the push: nothing is published. The next run tries again."
fi

git switch --quiet --force-create "$BRANCH"
git commit --quiet --message "$MESSAGE"
if git fetch --quiet origin "refs/heads/$BRANCH" 2>/dev/null && git diff --quiet FETCH_HEAD HEAD; then
    echo "The branch $BRANCH has it already."
else
    git push --quiet --force origin "$BRANCH"
fi
# On GitHub Enterprise gh needs the host, and its token under another name.
GH_HOST=${GITHUB_SERVER_URL#*://}
GH_REPO=$GH_HOST/$GITHUB_REPOSITORY
export GH_HOST GH_REPO GH_ENTERPRISE_TOKEN="$GH_TOKEN"
if test -z "$(gh pr list --head "$BRANCH" --state open --json number --jq '.[].number')"; then
    gh pr create --head "$BRANCH" --base "$GITHUB_REF_NAME" --title "$MESSAGE" \
        --body "Links and facts of the last run. This pull request is updated until it is merged or closed."
else
    echo "The pull request is updated."
fi
