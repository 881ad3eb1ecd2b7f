#!/bin/sh
# A preview of a stack as one comment: preview.sh STACK [OPTIONS OF harvester-net review]
#
# Ends as the review does if that closes a gate or fails, else as the preview does: with 0 if it can be carried out. More
# options of the preview are in PREVIEW: with --expect-no-changes it looks for drift.
set -eu

stack=$1
shift
events=$(mktemp)
trap 'rm -f "$events"' EXIT

# A preview that is refused fails; what it says is what the comment is for. The program has no need of the comment's token.
code=0
# shellcheck disable=SC2086 # several options
env -u GITHUB_TOKEN -u GH_TOKEN -u GITLAB_TOKEN -u GITEA_TOKEN -u BITBUCKET_TOKEN \
  PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true \
  pulumi preview --json --non-interactive --stack "$stack" ${PREVIEW:-} > "$events" || code=$?
harvester-net review "$events" "$@"
exit "$code"
