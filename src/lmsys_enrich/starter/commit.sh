          if git diff --cached --quiet; then exit 0; fi
          git commit --quiet --message "Links and facts as of $(date --utc +%F)"
          # Others may push meanwhile: put the commit on top of that, and try again.
          for _ in 1 2 3 4 5; do
            if git push --quiet origin "HEAD:$GITHUB_REF"; then exit 0; fi
            git fetch --quiet origin "$GITHUB_REF"
            # This commit alone: what a force-push has removed does not come back.
            if ! git rebase --quiet --autostash --onto FETCH_HEAD HEAD~1; then
              echo "::warning::Others changed the same files meanwhile. The next run publishes again."
              exit 0
            fi
          done
          echo "::error::The push was refused (see above). A protected branch needs --publish pull-request of" \
            "lmsys-enrich init, or another token as TOKEN of this step."
          exit 1
