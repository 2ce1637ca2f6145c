# Records the passed jobs of this pipeline in a generic package of the project. Runs in a job of the parent pipeline, after the
# trigger job.
plan=${1:-nestling-report/plan.json}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
answered=$directory

if [ "${CI_MERGE_REQUEST_SOURCE_PROJECT_ID:-$CI_PROJECT_ID}" != "$CI_PROJECT_ID" ]; then
  echo "nothing is recorded: the merge request is of a fork"
  exit 0
fi

if ! answers "$CI_PIPELINE_ID"; then
  echo "nothing is recorded"
  exit 0
fi
nestling passed record --plan "$plan" --answers "$directory" --output "$directory/record.json"
file=packages/generic/nestling-passed/$CI_PIPELINE_ID/record.json
status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --upload-file "$directory/record.json" "$api/$file")
case $status in
  200 | 201) echo "recorded as $file" ;;
  *) echo "nothing is recorded: GitLab answers $status to the upload" ;;
esac

# The newest record of the default branch, and of each protected one, is also kept in a separate package: `pipelines: unpassed`
# compares with it, however many merge requests there are.
branch=${CI_COMMIT_BRANCH:-}
if [ "$CI_PIPELINE_SOURCE" = push ] && [ -n "$branch" ] &&
  { [ "$branch" = "${CI_DEFAULT_BRANCH:-}" ] || [ "${CI_COMMIT_REF_PROTECTED:-}" = true ]; }; then
  file=packages/generic/nestling-branches/$CI_COMMIT_REF_SLUG/record.json
  status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --upload-file "$directory/record.json" "$api/$file?select=package_file")
  case $status in
    200 | 201) echo "recorded as $file" ;;
    *) echo "nothing is recorded for branch $branch: GitLab answers $status to the upload" ;;
  esac
  # Each upload adds a file of the same name, and a download gets the newest one. All but twenty are removed.
  package=$(tr ',{}' '\n\n\n' < "$directory/answer" | sed -n 's/^ *"package_id" *: *\([0-9][0-9]*\) *$/\1/p')
  list=$directory/files
  old="packages/$package/package_files?order_by=created_at&sort=desc&per_page=20&page=2"
  status=none
  [ -z "$package" ] || status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$list" "$api/$old")
  if [ "$status" = 200 ]; then
    for number in $(sed 's/"id"/\
"id"/g' "$list" | sed -n 's/^"id" *: *\([0-9][0-9]*\) *, *"package_id".*/\1/p'); do
      request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --request DELETE "$api/packages/$package/package_files/$number" > "$directory/status"
    done
  fi
fi

# Old records are removed, some in each pipeline.
keep=${NESTLING_PASSED_KEEP:-100}
list=$directory/packages
old="packages?package_type=generic&package_name=nestling-passed&order_by=created_at&sort=desc&per_page=$keep&page=2"
status=$(request "JOB-TOKEN: $CI_JOB_TOKEN" "$list" "$api/$old")
[ "$status" = 200 ] || exit 0
for package in $(sed 's/"id"/\
"id"/g' "$list" | sed -n 's/^"id" *: *\([0-9][0-9]*\) *, *"name" *: *"nestling-passed".*/\1/p'); do
  request "JOB-TOKEN: $CI_JOB_TOKEN" "$directory/answer" --request DELETE "$api/packages/$package" > "$directory/status"
done
