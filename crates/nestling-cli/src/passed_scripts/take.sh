# Records which jobs of this pipeline have passed, in a generic package of the project. Printed by `nestling passed script take`;
# runs in any POSIX shell with curl, in a job of the parent pipeline behind the trigger job.
set -eu

plan=${1:-nestling-report/plan.json}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
api=$CI_API_V4_URL/projects/$CI_PROJECT_ID

if [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_ID:-$CI_PROJECT_ID}" != "$CI_PROJECT_ID" ]; then
  echo "nothing is recorded: the merge request is of a fork"
  exit 0
fi

if [ -n "${NESTLING_API_TOKEN:-}" ]; then
  reading="PRIVATE-TOKEN: $NESTLING_API_TOKEN"
else
  reading="JOB-TOKEN: $CI_JOB_TOKEN"
fi

# request HEADER FILE ARGUMENTS…: the status. The header comes by standard input, so that no token is in the list of processes.
request() {
  header=$1
  file=$2
  shift 2
  printf 'header = "%s"\n' "$header" |
    curl --silent --show-error --location --max-time 30 --retry 2 --config - --output "$file" --dump-header "$file.head" \
      --write-out '%{http_code}' "$@" || true
}

pages() {
  page=1
  : > "$1"
  while [ -n "$page" ]; do
    status=$(request "$reading" "$1.page" "$api/$2?per_page=100&page=$page")
    if [ "$status" != 200 ]; then
      echo "nothing is recorded: GitLab answers $status to $2"
      exit 0
    fi
    cat "$1.page" >> "$1"
    page=$(tr -d '\r' < "$1.page.head" | sed -n 's/^[Xx]-[Nn]ext-[Pp]age: *\([0-9]*\)$/\1/p' | tail -n 1)
  done
  rm -f "$1.page" "$1.page.head"
}

answers() {
  [ ! -e "$directory/$1.bridges.json" ] || return 0
  pages "$directory/$1.bridges.json" "pipelines/$1/bridges"
  pages "$directory/$1.jobs.json" "pipelines/$1/jobs"
  for started in $(sed 's/"downstream_pipeline" *: *{/\
DOWN{/g' "$directory/$1.bridges.json" | sed -n 's/^DOWN{[^}]*"id" *: *\([0-9][0-9]*\).*/\1/p' | sort -u); do
    (answers "$started")
  done
}

answers "$CI_PIPELINE_ID"
[ -e "$directory/$CI_PIPELINE_ID.jobs.json" ] || exit 0
nestling passed record --plan "$plan" --answers "$directory" --output "$directory/record.json"
file=packages/generic/nestling-passed/$CI_PIPELINE_ID/record.json
status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --upload-file "$directory/record.json" "$api/$file")
case $status in
  200 | 201) echo "recorded as $file" ;;
  *) echo "nothing is recorded: GitLab answers $status to the upload" ;;
esac

# Records beyond the newest ones are removed, some in each pipeline.
keep=${NESTLING_PASSED_KEEP:-100}
list=$directory/packages
old="packages?package_type=generic&package_name=nestling-passed&order_by=created_at&sort=desc&per_page=$keep&page=2"
status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$list" "$api/$old")
[ "$status" = 200 ] || exit 0
for package in $(sed 's/"id"/\
"id"/g' "$list" | sed -n 's/^"id" *: *\([0-9][0-9]*\) *, *"name" *: *"nestling-passed".*/\1/p'); do
  request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --request DELETE "$api/packages/$package" > "$directory/status"
done
