#!/usr/bin/env bash
# Assay with curl and jq: what is wrong with a table, a run on it followed live, and its score.
#   docs/clients/client.sh http://127.0.0.1:8000/graphql bank bank.sample_bank.core.customer
set -euo pipefail

url=$1 connection=$2 table=$3
operations=$(dirname "$0")/../operations

# Development mode needs neither.
headers=(--header 'Content-Type: application/json')
[[ -z ${ASSAY_TOKEN-} ]] || headers+=(--header "Authorization: Bearer $ASSAY_TOKEN")
[[ -z ${ASSAY_PROJECT-} ]] || headers+=(--header "X-Project-ID: $ASSAY_PROJECT")

request() { # file of the operation, variables
  jq --null-input --rawfile query "$operations/$1.graphql" --argjson variables "$2" '{$query, $variables}'
}

field='if .errors then error(.errors[0].message) else .data[] end
  | if .code then error("\(.code): \(.message)") else . end'

ask() { # file of the operation, variables, what to read of the answer
  request "$1" "$2" | curl --silent --show-error "${headers[@]}" --data @- "$url" | jq --raw-output "$field | $3"
}

follow() { # file of the operation, variables, what to read of each event
  request "$1" "$2" |
    curl --silent --show-error --no-buffer "${headers[@]}" --header 'Accept: text/event-stream' --data @- "$url" |
    sed --unbuffered --quiet 's/^data: //p' | jq --unbuffered --raw-output "$field | $3"
}

scope=$(jq --null-input --arg scope "$table" '{$scope, metric: "complete_values"}')
wanted=$(jq --null-input --arg connection "$connection" --arg table "$table" \
  '{input: {$connection, targets: [{$table}]}}')

ask queries/violations "$scope" '.edges[].node | "violation \(.severity) \(.assetFqn)"'
run=$(ask mutations/startProfiling "$wanted" '.run.id')
follow subscriptions/workflowRunEvents "{\"runId\": \"$run\"}" '
  if .__typename == "WorkflowRunStateChanged" then "run \(.status)"
  elif .__typename == "WorkflowRunProgressed" then "table \(.item) \(.itemStatus)"
  else empty end'
ask queries/scorecard "$scope" '"scorecard \(.state) \(.score)"'
