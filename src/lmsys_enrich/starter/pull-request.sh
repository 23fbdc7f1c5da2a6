          git switch --quiet --force-create lmsys-enrich/update
          git commit --quiet --message "Links and facts as of $(date --utc +%F)"
          git push --quiet --force origin lmsys-enrich/update
          # Needs "Allow GitHub Actions to create and approve pull requests" in the repository's settings.
          if test -z "$(gh pr list --head lmsys-enrich/update --state open --json number --jq '.[].number')"; then
            gh pr create --head lmsys-enrich/update --base "$GITHUB_REF_NAME" --title "Links and facts" \
              --body "Links and facts of the last run. This pull request is updated until it is merged or closed."
          fi
