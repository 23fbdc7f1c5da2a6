          git switch --quiet --force-create lmsys-enrich/update
          git commit --quiet --message "Links and facts as of $(date --utc +%F)"
          if ! { git fetch --quiet origin lmsys-enrich/update 2>/dev/null && git diff --quiet FETCH_HEAD HEAD; }; then
            git push --quiet --force origin lmsys-enrich/update
          fi
          # GitHub Enterprise Server has its token under another name.
          export GH_HOST=${GITHUB_SERVER_URL#*://} GH_TOKEN="$TOKEN" GH_ENTERPRISE_TOKEN="$TOKEN"
          export GH_REPO="$GH_HOST/$GITHUB_REPOSITORY"
          # Needs "Allow GitHub Actions to create and approve pull requests" in the repository's settings.
          if test -z "$(gh pr list --head lmsys-enrich/update --state open --json number --jq '.[].number')"; then
            gh pr create --head lmsys-enrich/update --base "$GITHUB_REF_NAME" --title "Links and facts" \
              --body "Links and facts of the last run. This pull request is updated until it is merged or closed."
          fi
