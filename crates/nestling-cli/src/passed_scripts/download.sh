# Downloads the records of passed jobs, and GitLab's answers about them, to a directory: records/ID.json and answers/ID.*.json.
# A record that cannot be downloaded is left out: then more jobs run.
directory=${1:-passed}
newest=${NESTLING_PASSED_RECORDS:-30}
answered=$directory/answers
rm -rf "$directory"
mkdir -p "$directory/records" "$answered"

# numbers FILE KEY: the values of a key, one a line, whose values are numbers or strings of digits.
numbers() {
  tr ',{}[]' '\n\n\n\n\n' < "$1" | sed -n "s/^ *\"$2\" *: *\"\{0,1\}\([0-9][0-9]*\)\"\{0,1\} *\$/\1/p"
}

# add FILE PIPELINE: adds the record of a pipeline, which is in a file, and GitLab's answers about its jobs.
add() {
  mv "$1" "$directory/records/$2.json"
  answers "$2" || true
}

# The newest record of the branch. Records of merge requests could displace it from the list below.
if [ -n "${CI_COMMIT_BRANCH:-}" ]; then
  status=$(request "$reading" "$directory/branch" "$api/packages/generic/nestling-branches/$CI_COMMIT_REF_SLUG/record.json")
  pipeline=
  [ "$status" != 200 ] || pipeline=$(numbers "$directory/branch" pipeline | head -n 1)
  if [ -n "$pipeline" ]; then
    add "$directory/branch" "$pipeline"
  else
    echo "no record of branch $CI_COMMIT_BRANCH by its name: GitLab answers $status"
  fi
fi

list=$directory/packages
status=$(request "$reading" "$list" "$api/packages?package_type=generic&package_name=nestling-passed&order_by=created_at&sort=desc&per_page=$newest")
if [ "$status" != 200 ]; then
  echo "no records: GitLab answers $status to the list of packages"
else
  for pipeline in $(numbers "$list" version | sort -rnu); do
    [ ! -e "$directory/records/$pipeline.json" ] || continue
    status=$(request "$reading" "$directory/record" "$api/packages/generic/nestling-passed/$pipeline/record.json")
    if [ "$status" = 200 ]; then
      add "$directory/record" "$pipeline"
    else
      echo "no record of pipeline $pipeline: GitLab answers $status"
    fi
  done
fi
pages "$answered/branches.json" "repository/branches" || true
rm -f "$list" "$directory/branch" "$directory/record" "$directory"/*.head
