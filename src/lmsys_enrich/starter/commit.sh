          git commit --quiet --message "Links and facts as of $(date --utc +%F)"
          # Others may push meanwhile: put the commit on top of that, and try again.
          for _ in 1 2 3 4 5; do
            if git push --quiet origin "HEAD:$GITHUB_REF"; then exit 0; fi
            git fetch --quiet origin "$GITHUB_REF"
            if ! git rebase --quiet --autostash FETCH_HEAD; then
              echo "::warning::Others changed the same lines meanwhile. The next run publishes again."
              exit 0
            fi
          done
          exit 1
