          # GitHub Enterprise Server has its token under another name.
          export GH_HOST=${GITHUB_SERVER_URL#*://} GH_TOKEN="$TOKEN" GH_ENTERPRISE_TOKEN="$TOKEN"
          export GH_REPO="$GH_HOST/$GITHUB_REPOSITORY" BRANCH=lmsys-enrich/update
          # A fork may have a branch of this name too.
          open=$(gh pr list --head "$BRANCH" --state open --json number,isCrossRepository \
            --jq '.[] | select(.isCrossRepository | not) | .number')
          if git diff --cached --quiet; then
            # What an open pull request proposes is no longer so.
            if test -n "$open"; then gh pr close "$open" --comment "$GITHUB_REF_NAME is up to date."; fi
            exit 0
          fi
          git commit --quiet --message "Links and facts as of $(date --utc +%F)"
          if ! { git fetch --quiet origin "$BRANCH" 2>/dev/null && git diff --quiet FETCH_HEAD HEAD; }; then
            git push --quiet --force origin "HEAD:refs/heads/$BRANCH"
          fi
          if test -z "$open" && ! gh pr create --head "$BRANCH" --base "$GITHUB_REF_NAME" --title "Links and facts" \
            --body "Links and facts of the last run. This pull request is updated until it is merged or closed."; then
            echo "::error::Allow GitHub Actions to create pull requests: Settings, Actions, General."
            exit 1
          fi
