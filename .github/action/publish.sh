#!/usr/bin/env bash
# Commits the outputs to the branch, or keeps one pull request with them. Nothing is pushed where nothing changed.
set -euo pipefail
PATH="$RUNNER_TEMP/lmsys-enrich/bin:$PATH"
BRANCH=lmsys-enrich/update
MESSAGE="Links and facts as of $(date --utc +%F)"

mapfile -t lists < <(grep -v '^\s*$' <<<"$LISTS")
mapfile -t paths < <(grep -v '^\s*$' <<<"$PATHS")
if test -n "$INTO"; then
    lmsys-enrich render --into="$INTO" --quiet -- "${lists[@]}"
    paths+=("$INTO")
fi

# The token stands in no file and in no command line: git reads it from its environment.
export GIT_CONFIG_COUNT=4
export GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0="github-actions[bot]"
export GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1="41898282+github-actions[bot]@users.noreply.github.com"
# First empty, which takes back the header that actions/checkout may have left: two would be refused.
export GIT_CONFIG_KEY_2="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_2=""
export GIT_CONFIG_KEY_3="http.$GITHUB_SERVER_URL/.extraheader"
GIT_CONFIG_VALUE_3="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 --wrap=0)"
export GIT_CONFIG_VALUE_3

# The badge with the day of the last check would make a commit each night.
git add --force -- "${paths[@]}" ':(exclude,glob)**/badges/last-check.*'
if git diff --cached --quiet; then
    echo "Nothing has changed."
    exit 0
fi
if test "$PUBLISH" = commit; then
    git commit --quiet --message "$MESSAGE"
    git push --quiet origin "HEAD:$GITHUB_REF"
    echo "Committed to $GITHUB_REF_NAME."
    exit 0
fi
git switch --quiet --force-create "$BRANCH"
git commit --quiet --message "$MESSAGE"
git push --quiet --force origin "$BRANCH"
if test -z "$(gh pr list --head "$BRANCH" --state open --json number --jq '.[].number')"; then
    gh pr create --head "$BRANCH" --base "$GITHUB_REF_NAME" --title "$MESSAGE" \
        --body "What the last run found out. This pull request is kept current until it is merged or closed."
else
    echo "The pull request is updated."
fi
