#!/usr/bin/env bash
# Starts Weir as a new user would, with data of its own, sends an event, reads it back, and stops it.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$(mktemp -d)
export WEIR_HOME="$home" API_KEY="smoke-$RANDOM$RANDOM$RANDOM" LOG_LEVEL=warn
export PRODUCER_PORT=18001 QUERY_SERVICE_PORT=18002 CONSUMER_PORT=18003
npm start >"$home/output" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -rf "$home"' EXIT

until_ok() { # SECONDS COMMAND...: repeats the command until it succeeds
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "smoke: gave up on: $*" >&2; cat "$home/output" >&2; return 1; }
    sleep 0.3
  done
}
send() {
  curl -sf -o "$home/answer" "http://127.0.0.1:$PRODUCER_PORT/log" -H "X-API-Key: $API_KEY" \
    -d '{"event_type":"llm_query_sent","payload":{"model":"smoke","tokens_used":7,"cost":0.5}}'
}
stored() { curl -sf "http://127.0.0.1:$QUERY_SERVICE_PORT/events?event_type=llm_query_sent" -H "X-API-Key: $API_KEY" | grep -q smoke; }
counted() { curl -sf "http://127.0.0.1:$QUERY_SERVICE_PORT/analytics/llm?days=1" -H "X-API-Key: $API_KEY" | grep -q '"total_cost":0.5'; }

until_ok 60 send
until_ok 10 stored
until_ok 10 counted
echo "smoke: npm start accepted $(cat "$home/answer") and counted it"
