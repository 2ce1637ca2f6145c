# CodeBuild's phases in one shell: a command that fails ends its phase, `finally` runs all the same, and `post_build` runs
# after a failed `build`, too. `exit` ends a command and not the job, which fails where any command has failed.
set +e
if (set +o pipefail) 2> /dev/null; then set +o pipefail; fi
codebuild_index=0 codebuild_status=0 codebuild_failed= codebuild_stopped=no
codebuild_at() { codebuild_phase=$1 codebuild_block=$2 codebuild_next=$3 codebuild_command=$4; }
codebuild_is_due() {
  case "$codebuild_phase/$codebuild_failed" in
    artifacts/*) [ "$codebuild_status" -eq 0 ] ;;
    "$codebuild_phase/$codebuild_phase commands") [ "$codebuild_block" = finally ] ;;
    "$codebuild_phase/$codebuild_phase finally") return 1 ;;
    *) [ "$codebuild_stopped" = no ] ;;
  esac
}
codebuild_ended() {
  if [ "$1" -ne 0 ]; then
    echo "$codebuild_phase: the command failed with $1" >&2
    if [ "$codebuild_status" -eq 0 ]; then
      case $codebuild_next in retry) codebuild_status=193 ;; *) codebuild_status=$1 ;; esac
    fi
    if [ "$codebuild_next" != continue ]; then codebuild_stopped=yes; fi
    codebuild_failed="$codebuild_phase $codebuild_block" CODEBUILD_BUILD_SUCCEEDING=0
  fi
}
codebuild_eval() { eval "$codebuild_command"; }
codebuild_run() {
  trap 'codebuild_exited $?' EXIT
  while codebuild_index=$((codebuild_index + 1)); codebuild_step "$codebuild_index"; do
    if codebuild_is_due; then
      printf '%s: %s\n' "$codebuild_phase" "$codebuild_command"
      codebuild_eval
      codebuild_ended $?
      trap 'codebuild_exited $?' EXIT
    fi
  done
  trap - EXIT
}
# A command has ended the shell. Whatever is left runs in copies of it, one inside the other, so that none can end the
# rest: a copy that leaves no mark has been ended by its command.
codebuild_exited() {
  codebuild_ended "$1"
  codebuild_each
  exit "$codebuild_status"
}
codebuild_each() {
  codebuild_mark=$(mktemp)
  codebuild_rest
  rm -f "$codebuild_mark"
}
codebuild_rest() {
  case $- in *e*) codebuild_errexit=-e ;; *) codebuild_errexit=+e ;; esac
  set +e
  while codebuild_index=$((codebuild_index + 1)); codebuild_step "$codebuild_index"; do
    if codebuild_is_due; then
      printf '%s: %s\n' "$codebuild_phase" "$codebuild_command"
      echo 0 > "$codebuild_mark"
      (
        set "$codebuild_errexit"
        codebuild_eval
        codebuild_ended $?
        echo "$codebuild_index" > "$codebuild_mark"
        codebuild_rest
        echo "$codebuild_index" > "$codebuild_mark"
        exit "$codebuild_status"
      )
      codebuild_code=$?
      if [ "$(cat "$codebuild_mark")" -ge "$codebuild_index" ]; then
        codebuild_status=$codebuild_code
        return
      fi
      codebuild_ended "$codebuild_code"
    fi
  done
}
