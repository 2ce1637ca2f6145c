# Writes the note FILE on the merge request of this pipeline, or replaces that of an earlier pipeline: `sh -s FILE`.
set -eu

if [ -z "${CI_MERGE_REQUEST_IID:-}" ]; then
  echo 'no note: this is no pipeline of a merge request'
  exit 0
fi
# A fork's merge request does not get the project's variables.
if [ -z "${NESTLING_NOTE_TOKEN:-}" ]; then
  echo 'no note: NESTLING_NOTE_TOKEN is not set (a token of the project with the scope api)'
  exit 0
fi

body=$1
api=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

# request ARGUMENTS…: the answer. The token comes by standard input, so that it is not in the list of processes.
request() {
  printf 'header = "PRIVATE-TOKEN: %s"\n' "$NESTLING_NOTE_TOKEN" |
    curl --silent --show-error --fail --location --max-time 30 --retry 2 --config - "$@"
}

request --output "$kept/user.json" "$CI_API_V4_URL/user"
: > "$kept/notes.json"
page=1
while [ -n "$page" ]; do
  request --output "$kept/page.json" --dump-header "$kept/head" "$api?per_page=100&page=$page"
  cat "$kept/page.json" >> "$kept/notes.json"
  page=$(tr -d '\r' < "$kept/head" | sed -n 's/^[Xx]-[Nn]ext-[Pp]age: *\([0-9]*\)$/\1/p' | tail -n 1)
done
id=$(nestling note --find "$kept/notes.json" --user "$kept/user.json")
if [ -n "$id" ]; then
  request --output /dev/null --request PUT --data-urlencode "body@$body" "$api/$id"
  echo "replaced the note $id"
else
  request --output /dev/null --request POST --data-urlencode "body@$body" "$api"
  echo 'wrote a note'
fi
