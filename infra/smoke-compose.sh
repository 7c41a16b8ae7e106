#!/usr/bin/env bash
# npm run smoke:compose: brings docker-compose.yml up as it is, under its own project name and on free ports, sends
# events while every container is restarted in turn, and fails unless each acknowledged event is there exactly once.
# Needs a Docker daemon, and either docker compose or docker-compose. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME="weir-smoke-$$"
read -r PRODUCER_PORT QUERY_SERVICE_PORT < <(node --eval '
  const { createServer } = require("node:net")
  const servers = [createServer(), createServer()]
  Promise.all(servers.map((server) => new Promise((listening) => server.listen(0, "127.0.0.1", listening)))).then(() => {
    console.log(servers.map((server) => server.address().port).join(" "))
    servers.forEach((server) => server.close())
  })')
export PRODUCER_PORT QUERY_SERVICE_PORT PUBLISH_ADDRESS=127.0.0.1 API_KEY= ADMIN_API_KEY=
producer="http://127.0.0.1:$PRODUCER_PORT" query="http://127.0.0.1:$QUERY_SERVICE_PORT"
events_per_request=20
work=$(mktemp -d)
poster=

if docker compose version >/dev/null 2>&1; then compose() { docker compose "$@"; }
else compose() { docker-compose "$@"; }; fi

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }
fail() {
  say "FAILED: $*"
  compose ps || true
  compose logs --no-color --tail 40 || true
  exit 1
}
quietly() { "$@" >"$work/output" 2>&1 || { cat "$work/output"; fail "$*"; }; }
clean_up() {
  touch "$work/stop"
  [ -z "$poster" ] || wait "$poster" 2>/dev/null || true
  say 'taking everything down, volumes too'
  compose down --volumes --rmi local --timeout 20 >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# until_true SECONDS WHAT COMMAND...: tries until the command succeeds.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "$what did not come about"
    sleep 0.3
  done
}
is_healthy() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$(compose ps -q "$1")")" = healthy ]; }
ask() { curl --silent --show-error --fail --max-time 10 --header "X-API-Key: $key" "$query$1"; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | head -n 1; }

# Sends requests one after the other until told to stop; one without a 202 is sent again, as a careful client would.
# Each event has an id, so that what was stored although its answer was lost is not counted twice.
post() {
  local request=0 again=0 status body
  while [ ! -e "$work/stop" ]; do
    body=$(for index in $(seq "$events_per_request"); do
      printf '{"event_type":"smoke","event_id":"%d-%d","payload":{"user_id":"user-%03d","latency_ms":%d}}\n' \
        "$request" "$index" "$index" "$((request % 90 + 1))"
    done)
    until status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 15 \
      --header "X-API-Key: $key" --data-binary "$body" "$producer/log") && [ "$status" = 202 ]; do
      again=$((again + 1))
      sleep 0.2
    done
    request=$((request + 1))
    echo "$((request * events_per_request)) $again" >"$work/acknowledged.new"
    mv "$work/acknowledged.new" "$work/acknowledged"
    sleep 0.02
  done
}

say 'building the image and starting'
quietly compose up --detach --build
for service in producer consumer query; do until_true 90 "a healthy $service" is_healthy "$service"; done

read_admin_key() {
  key=$(compose logs --no-color producer 2>/dev/null | sed -n 's/.*"adminKey":"\([^"]*\)".*/\1/p' | head -n 1)
  [ -n "$key" ]
}
until_true 30 'an admin key in the logs' read_admin_key
read_admin_key
say "the logs show the admin key ${key:0:12}…"
[ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$producer/log" --data '{}')" = 401 ] ||
  fail 'a request without a key is not refused'
key=$(compose exec -T producer weir keys create --name smoke --scopes ingest,read --limit 100000 2>/dev/null)
say "the command line in the container made another, ${key:0:12}…"

post &
poster=$!
until_true 20 'an acknowledged event' test -e "$work/acknowledged"
until_true 20 'an event in GET /events' sh -c "curl --silent --fail -H 'X-API-Key: $key' '$query/events?event_type=smoke&limit=1' | grep -q smoke"
say 'events are accepted and can be read'

for service in query consumer producer redis postgres; do
  read -r before _ <"$work/acknowledged"
  quietly compose restart --timeout 30 "$service"
  until_true 90 "a healthy $service" is_healthy "$service"
  sleep 2
  read -r after again <"$work/acknowledged"
  say "restarted $service: $((after - before)) events acknowledged meanwhile, $again requests repeated so far"
done

touch "$work/stop"
wait "$poster" || fail 'the sender ended early'
poster=
read -r acknowledged _ <"$work/acknowledged"
say "$acknowledged events acknowledged; waiting until they are stored"
stored() { ask '/analytics/usage?days=2&event_type=smoke' | number total_events; }
all_are_stored() { [ "$(stored)" = "$acknowledged" ]; }
until_true 60 "a total of $acknowledged in GET /analytics/usage (it is $(stored))" all_are_stored
sleep 2
all_are_stored || fail "GET /analytics/usage has $(stored) events, $acknowledged were acknowledged"
say "GET /analytics/usage has $(stored) events"
rows=$(compose exec -T postgres psql --username weir --no-align --tuples-only \
  --command "select count(*), count(distinct event_key) from log_events where event_type = 'smoke'" </dev/null | tr -d '\r')
[ "$rows" = "$acknowledged|$acknowledged" ] || fail "log_events has $rows rows and different ids"
say "log_events has $acknowledged rows, each event once"
quietly compose exec -T producer weir rollups verify
say 'the rollups equal a recount'
say 'PASSED'
