#!/bin/sh
# A case in one shot with curl: HANGUP_URL=… HANGUP_KEY=… ./case.sh INCIDENT_AT PEER FILE…
set -eu
auth="Authorization: Bearer $HANGUP_KEY"
at=$1 peer=$2
shift 2
for file; do
  set -- "$@" -F "file=@$file"
  shift
done

answer=$(curl -sS --fail-with-body "$HANGUP_URL/v1/intake" -H "$auth" -F "incidentAt=$at" -F "peer=$peer" "$@")
id=$(printf %s "$answer" | sed 's/^{"id":"\([^"]*\)".*/\1/')

report=$(mktemp)
trap 'rm -f "$report"' EXIT
until [ "$(curl -sS "$HANGUP_URL/v1/cases/$id/diagnosis" -H "$auth" -H "Accept: text/markdown" -o "$report" -w '%{http_code}')" = 200 ]; do
  grep -q '"code":"in-progress"' "$report" || { cat "$report" >&2; exit 1; }
  sleep 1
done
cat "$report"
