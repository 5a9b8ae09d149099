# SPDX-License-Identifier: Apache-2.0
# What the verbs share. Expects ROOT and BUILD.

PYTHON=/usr/bin/python3   # The system's: Debian's python3-* packages belong to it, whatever else is first in PATH.

say() { printf '%s\n' "$*"; }

# fail WHAT WHERE WHAT_TO_DO
fail() {
  printf 'dev: %s\n     where: %s\n     what to do: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

wrong_use() {
  printf 'dev: %s\n' "$1" >&2
  exit 2
}

# Parallel jobs: two at most, each may take a gigabyte. PM_JOBS overrides.
jobs_count() {
  local count=${PM_JOBS:-}
  if [[ -n $count ]]; then
    [[ $count =~ ^[1-9][0-9]*$ ]] || wrong_use "PM_JOBS=$count is not a number of jobs"
    echo "$count"
    return
  fi
  count=$(nproc 2>/dev/null || echo 1)
  echo $((count > 2 ? 2 : count))
}

minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# logged NAME COMMAND...: runs it with its output in build/logs/NAME.log and progress on the terminal.
# On failure shows the end of the log; the status is the command's.
logged() {
  local name=$1 log=$BUILD/logs/$1.log
  shift
  mkdir -p "$BUILD/logs" || fail "cannot write" "$BUILD" "make the folder writable"
  if [[ -x $PYTHON ]]; then
    "$@" 2>&1 </dev/null | "$PYTHON" "$ROOT/scripts/progress.py" "$log"
  else
    # Before the interpreter is installed: the same in plain shell.
    "$@" 2>&1 </dev/null | {
      local line shown=$SECONDS
      while IFS= read -r line; do
        printf '%s\n' "$line"
        ((SECONDS - shown < 10)) || { printf '  %s\n' "${line:0:90}" >&2; shown=$SECONDS; }
      done >"$log"
    }
  fi
  local status=${PIPESTATUS[0]}
  if ((status != 0)); then
    say "  --- end of build/logs/$name.log"
    tail -n 40 "$log" | sed 's/^/  | /'
  fi
  return "$status"
}

# configure_and_build PRESET [TARGET...]
configure_and_build() {
  local preset=$1
  shift
  # ccache is used where it is, and not missed where it is not.
  if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]] && command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
  fi
  cmake -S "$ROOT" --preset "$preset" &&
    cmake --build "$BUILD/$preset" -j "$(jobs_count)" ${*:+--target "$@"}
}

need_packages() {
  source "$ROOT/scripts/verbs/setup.sh"
  verb_setup "$@"
}
