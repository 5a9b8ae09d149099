# SPDX-License-Identifier: Apache-2.0
# bench [--check | --json] [TABLE...]
#     Measures and writes tables of figures, ours beside the reference's; all, or the named ones: store
#     (docs/figures_store.md), work (docs/figures_work.md). With --check only compares. With --json writes the rows of
#     work to build/bench.json too.

declare -A BENCH_DOCUMENT=([store]=docs/figures_store.md [work]=docs/figures_work.md)

# bench_store FILE
bench_store() {
  need_packages build
  logged bench-build configure_and_build release pm-bench-store ||
    fail "the build failed" "build/logs/bench-build.log" "see the errors above"
  "$BUILD/release/bin/pm-bench-store" >"$1"
}

# bench_work FILE
bench_work() {
  need_packages bench
  logged bench-work "$PYTHON" "$ROOT/scripts/work.py" --build-dir "$BUILD/bench-work" --table "$1" \
    --json "$BUILD/bench-work/rows.json"
}

verb_bench() {
  local argument action=write
  local -a tables=()
  for argument in "$@"; do
    case $argument in
      --check | --json)
        [[ $action == write ]] || wrong_use "bench takes one of --check and --json"
        action=${argument#--}
        ;;
      *)
        [[ $argument =~ ^[a-z]+$ && -n ${BENCH_DOCUMENT[$argument]:-} ]] ||
          wrong_use "'$argument' is no table; they are: ${!BENCH_DOCUMENT[*]}"
        tables+=("$argument")
        ;;
    esac
  done
  ((${#tables[@]})) || mapfile -t tables < <(printf '%s\n' "${!BENCH_DOCUMENT[@]}" | sort)
  [[ $action != json || " ${tables[*]} " == *" work "* ]] || wrong_use "--json is for the table 'work'"

  local name document measured status=0
  for name in "${tables[@]}"; do
    document=${BENCH_DOCUMENT[$name]}
    measured=$BUILD/bench-$name.md
    "bench_$name" "$measured" ||
      fail "nothing was measured" "the table '$name'" "run './dev test gcc nordic': it names what is broken"
    if [[ $action != check ]]; then
      cat "$measured"
      cp "$measured" "$ROOT/$document"
    elif ! diff -u "$ROOT/$document" "$measured"; then
      say "$document: other figures now, './dev bench $name' writes them"
      status=1
    fi
  done
  [[ $action != json ]] || cp "$BUILD/bench-work/rows.json" "$BUILD/bench.json"
  return "$status"
}
