# Brings the records of passed jobs, and what GitLab says about them, into a directory: records/ID.json and answers/ID.*.json.
# Whatever cannot be had is left out: then more runs.
directory=${1:-passed}
newest=${NESTLING_PASSED_RECORDS:-30}
answered=$directory/answers
rm -rf "$directory"
mkdir -p "$directory/records" "$answered"

# numbers FILE KEY: the values of a key, one a line, whose values are numbers or strings of digits.
numbers() {
  tr ',{}[]' '\n\n\n\n\n' < "$1" | sed -n "s/^ *\"$2\" *: *\"\{0,1\}\([0-9][0-9]*\)\"\{0,1\} *\$/\1/p"
}

# bring FILE PIPELINE: keeps the record of a pipeline that is in a file, and what GitLab says about its jobs.
bring() {
  mv "$1" "$directory/records/$2.json"
  answers "$2" || true
}

# The newest record of the branch, which records of merge requests would push out of the list below.
if [ -n "${CI_COMMIT_BRANCH:-}" ]; then
  status=$(request "$reading" "$directory/branch" "$api/packages/generic/nestling-branches/$CI_COMMIT_REF_SLUG/record.json")
  pipeline=
  [ "$status" != 200 ] || pipeline=$(numbers "$directory/branch" pipeline | head -n 1)
  if [ -n "$pipeline" ]; then
    bring "$directory/branch" "$pipeline"
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
      bring "$directory/record" "$pipeline"
    else
      echo "no record of pipeline $pipeline: GitLab answers $status"
    fi
  done
fi
pages "$answered/branches.json" "repository/branches" || true
rm -f "$list" "$directory/branch" "$directory/record" "$directory"/*.head
