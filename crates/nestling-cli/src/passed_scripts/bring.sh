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

list=$directory/packages
status=$(request "$reading" "$list" "$api/packages?package_type=generic&package_name=nestling-passed&order_by=created_at&sort=desc&per_page=$newest")
if [ "$status" != 200 ]; then
  echo "no records: GitLab answers $status to the list of packages"
else
  for pipeline in $(numbers "$list" version | sort -rnu); do
    status=$(request "$reading" "$directory/records/$pipeline.json" "$api/packages/generic/nestling-passed/$pipeline/record.json")
    if [ "$status" = 200 ]; then
      answers "$pipeline" || true
    else
      echo "no record of pipeline $pipeline: GitLab answers $status"
      rm -f "$directory/records/$pipeline.json"
    fi
  done
fi
pages "$answered/branches.json" "repository/branches" || true
rm -f "$list" "$list.head" "$directory"/records/*.head
