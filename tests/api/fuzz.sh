#!/usr/bin/env bash
# Sends a few thousand requests, made from the API's own description, to a running product with the demonstration's data: no answer
# may be a failure of ours (5xx), and none may differ from what the description says. The seed is fixed, so a finding comes again.
# Takes the program from $LOCAL_BINARY and schemathesis from $SCHEMATHESIS.
set -euo pipefail

local_binary=${LOCAL_BINARY:?the program to be asked}
schemathesis=${SCHEMATHESIS:?the program that asks}
seed=${FUZZ_SEED:-20}
examples=${FUZZ_EXAMPLES:-50}
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance

folder=$(mktemp -d)
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
LOCAL_CONSOLE_TOKEN=$token "$local_binary" --port 0 --acronis-port 0 --autotask-port 0 >"$folder/printed" 2>"$folder/logged" &
product=$!
finish() {
  kill "$product" 2>/dev/null || true
  wait "$product" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

until grep -qx ready "$folder/printed"; do
  if ! kill -0 "$product" 2>/dev/null; then
    echo "the program ended before it was ready:" >&2
    cat "$folder/logged" >&2
    exit 1
  fi
  sleep 0.2
done
console=$(sed -n 's/^console: //p' "$folder/printed")

# In a folder of its own: schemathesis keeps what it remembers where it is started.
if ! (cd "$folder" && "$schemathesis" run "$console/api/v1/openapi.json" --header "Authorization: Bearer $token" \
  --phases examples,coverage,fuzzing,stateful --checks "$checks" --max-examples "$examples" --seed "$seed" \
  --generation-database none --suppress-health-check all --continue-on-failure --warnings off --no-color); then
  echo "What the program logged:" >&2
  tail -n 50 "$folder/logged" >&2
  exit 1
fi
