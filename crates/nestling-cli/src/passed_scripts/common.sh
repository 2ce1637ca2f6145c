# Reading GitLab's API in a POSIX shell with curl. The part behind it sets `answered`, the directory of the answers.
set -eu

for variable in CI_API_V4_URL CI_PROJECT_ID; do
  if eval "[ -z \"\${$variable:-}\" ]"; then
    echo "$variable is not set: run this in a job of GitLab, or set CI_API_V4_URL, CI_PROJECT_ID and NESTLING_API_TOKEN" >&2
    exit 1
  fi
done
if [ -z "${NESTLING_API_TOKEN:-}${CI_JOB_TOKEN:-}" ]; then
  echo "no token: run this in a job of GitLab, or set NESTLING_API_TOKEN to a token of the project with read_api" >&2
  exit 1
fi

api=$CI_API_V4_URL/projects/$CI_PROJECT_ID

# A token of the project with `read_api` where the job token may not read trigger jobs.
if [ -n "${NESTLING_API_TOKEN:-}" ]; then
  reading="PRIVATE-TOKEN: $NESTLING_API_TOKEN"
else
  reading="JOB-TOKEN: $CI_JOB_TOKEN"
fi

# request HEADER FILE ARGUMENTS…: the status. The header comes by standard input, so that no token is in the list of processes. A
# request that fails has the status 000.
request() {
  header=$1
  file=$2
  shift 2
  printf 'header = "%s"\n' "$header" |
    curl --silent --show-error --location --max-time 30 --retry 2 --config - --output "$file" --dump-header "$file.head" \
      --write-out '%{http_code}' "$@" || true
}

# pages FILE PATH: all pages, one after the other. Fails, and leaves nothing, if one of them is refused.
pages() {
  page=1
  : > "$1"
  while [ -n "$page" ]; do
    status=$(request "$reading" "$1.page" "$api/$2?per_page=100&page=$page")
    if [ "$status" != 200 ]; then
      echo "GitLab answers $status to $2"
      rm -f "$1" "$1.page" "$1.page.head"
      return 1
    fi
    cat "$1.page" >> "$1"
    page=$(tr -d '\r' < "$1.page.head" | sed -n 's/^[Xx]-[Nn]ext-[Pp]age: *\([0-9]*\)$/\1/p' | tail -n 1)
  done
  rm -f "$1.page" "$1.page.head"
}

# answers ID: the trigger jobs and jobs of a pipeline, and those of the pipelines that it started. Fails if its own are refused;
# a pipeline that it started may be another project's.
answers() {
  [ ! -e "$answered/$1.bridges.json" ] || return 0
  pages "$answered/$1.bridges.json" "pipelines/$1/bridges" || return 1
  pages "$answered/$1.jobs.json" "pipelines/$1/jobs" || return 1
  for started in $(sed 's/"downstream_pipeline" *: *{/\
DOWN{/g' "$answered/$1.bridges.json" | sed -n 's/^DOWN{[^}]*"id" *: *\([0-9][0-9]*\).*/\1/p' | sort -u); do
    (answers "$started") || true
  done
}

