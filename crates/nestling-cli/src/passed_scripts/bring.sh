# Brings the records of passed jobs, and what GitLab says about them, into a directory: records/ID.json and answers/ID.*.json.
# Printed by `nestling passed script bring`; runs in any POSIX shell with curl. Whatever cannot be had is left out: then more runs.
set -eu

directory=${1:-passed}
newest=${NESTLING_PASSED_RECORDS:-30}
api=$CI_API_V4_URL/projects/$CI_PROJECT_ID
rm -rf "$directory"
mkdir -p "$directory/records" "$directory/answers"

# A token of the project with `read_api` where the job token may not read trigger jobs.
if [ -n "${NESTLING_API_TOKEN:-}" ]; then
  header="PRIVATE-TOKEN: $NESTLING_API_TOKEN"
else
  header="JOB-TOKEN: $CI_JOB_TOKEN"
fi

# get FILE PATH: the status. The header comes by standard input, so that no token is in the list of processes.
get() {
  printf 'header = "%s"\n' "$header" |
    curl --silent --show-error --location --max-time 30 --retry 2 --config - --output "$1" --dump-header "$1.head" \
      --write-out '%{http_code}' "$api/$2" || true
}

# pages FILE PATH: all pages, one after the other; nothing where one of them is refused.
pages() {
  page=1
  : > "$1"
  while [ -n "$page" ]; do
    status=$(get "$1.page" "$2?per_page=100&page=$page")
    if [ "$status" != 200 ]; then
      echo "GitLab answers $status to $2"
      rm -f "$1" "$1.page" "$1.page.head"
      return 0
    fi
    cat "$1.page" >> "$1"
    page=$(tr -d '\r' < "$1.page.head" | sed -n 's/^[Xx]-[Nn]ext-[Pp]age: *\([0-9]*\)$/\1/p' | tail -n 1)
  done
  rm -f "$1.page" "$1.page.head"
}

# numbers FILE KEY: the values of a key, one a line, whose values are numbers or strings of digits.
numbers() {
  tr ',{}[]' '\n\n\n\n\n' < "$1" | sed -n "s/^ *\"$2\" *: *\"\{0,1\}\([0-9][0-9]*\)\"\{0,1\} *\$/\1/p"
}

# answers ID: the trigger jobs and jobs of a pipeline, and those of the pipelines that it started.
answers() {
  [ ! -e "$directory/answers/$1.bridges.json" ] || return 0
  pages "$directory/answers/$1.bridges.json" "pipelines/$1/bridges"
  pages "$directory/answers/$1.jobs.json" "pipelines/$1/jobs"
  [ -e "$directory/answers/$1.bridges.json" ] || return 0
  for started in $(sed 's/"downstream_pipeline" *: *{/\
DOWN{/g' "$directory/answers/$1.bridges.json" | sed -n 's/^DOWN{[^}]*"id" *: *\([0-9][0-9]*\).*/\1/p' | sort -u); do
    (answers "$started")
  done
}

list=$directory/packages
status=$(get "$list" "packages?package_type=generic&package_name=nestling-passed&order_by=created_at&sort=desc&per_page=$newest")
if [ "$status" != 200 ]; then
  echo "no records: GitLab answers $status to the list of packages"
else
  for pipeline in $(numbers "$list" version | sort -rnu); do
    status=$(get "$directory/records/$pipeline.json" "packages/generic/nestling-passed/$pipeline/record.json")
    if [ "$status" = 200 ]; then
      answers "$pipeline"
    else
      echo "no record of pipeline $pipeline: GitLab answers $status"
      rm -f "$directory/records/$pipeline.json"
    fi
  done
fi
pages "$directory/answers/branches.json" "repository/branches"
rm -f "$list" "$list.head" "$directory"/records/*.head
