# SPDX-License-Identifier: Apache-2.0
# bench [--check] [TABLE...]
#     Measures and writes tables of figures, ours beside the reference's; all, or the named ones: store
#     (docs/figures_store.md). With --check only compares.

declare -A BENCH_PROGRAM=([store]=pm-bench-store) BENCH_DOCUMENT=([store]=docs/figures_store.md)

verb_bench() {
  local check=no name
  local -a tables=()
  for name in "$@"; do
    if [[ $name == --check ]]; then
      check=yes
    elif [[ $name =~ ^[a-z]+$ && -n ${BENCH_PROGRAM[$name]:-} ]]; then
      tables+=("$name")
    else
      wrong_use "'$name' is no table; they are: ${!BENCH_PROGRAM[*]}"
    fi
  done
  ((${#tables[@]})) || mapfile -t tables < <(printf '%s\n' "${!BENCH_PROGRAM[@]}" | sort)

  local -a programs=()
  for name in "${tables[@]}"; do
    programs+=("${BENCH_PROGRAM[$name]}")
  done
  need_packages build
  logged bench-build configure_and_build release "${programs[@]}" ||
    fail "the build failed" "build/logs/bench-build.log" "see the errors above"

  local document measured status=0
  for name in "${tables[@]}"; do
    document=${BENCH_DOCUMENT[$name]}
    measured=$BUILD/bench-$name.md
    "$BUILD/release/bin/${BENCH_PROGRAM[$name]}" >"$measured" ||
      fail "nothing was measured" "${BENCH_PROGRAM[$name]}" "run './dev test gcc': it names what is broken"
    if [[ $check == no ]]; then
      cat "$measured"
      cp "$measured" "$ROOT/$document"
    elif ! diff -u "$ROOT/$document" "$measured"; then
      say "$document: other figures now, './dev bench $name' writes them"
      status=1
    fi
  done
  return "$status"
}
