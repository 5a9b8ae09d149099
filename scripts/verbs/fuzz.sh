# SPDX-License-Identifier: Apache-2.0
# fuzz TARGET [--minutes M]
#     Goes on from the corpus of a fuzz target (default 10 minutes): 'fuzz list' names the targets. What is new stays in
#     build/fuzz/corpus, what fails in build/fuzz/findings; docs/fuzzing.md says what to do with a finding.

fuzz_targets() { sed -n 's/^ *pm_fuzz(\([a-z_]*\) .*/\1/p' "$ROOT/fuzz/CMakeLists.txt" | sort -u; }

verb_fuzz() {
  local target=${1:-} count=10
  if [[ $target == list && $# == 1 ]]; then
    fuzz_targets
    return
  fi
  fuzz_targets | grep -qxF -- "$target" ||
    wrong_use "'$target' is no fuzz target; they are: $(fuzz_targets | paste -sd' ')"
  if (($# > 1)); then
    [[ $# == 3 && $2 == --minutes && $3 =~ ^[1-9][0-9]{0,5}$ ]] || wrong_use "fuzz takes a target and --minutes M"
    count=$3
  fi
  need_packages test
  logged fuzz-build configure_and_build fuzz "fuzz_$target" "fuzz_${target}_seeds" ||
    fail "the target does not build" "build/logs/fuzz-build.log" "look at the end of that file"

  local folder=$BUILD/fuzz corpus=$BUILD/fuzz/corpus/$target findings=$BUILD/fuzz/findings/$target
  mkdir -p "$corpus" "$findings"
  say "$target: $count minutes; progress in build/logs/fuzz-$target.log"
  if ! "$folder/fuzz/fuzz_$target" -max_total_time=$((count * 60)) -max_len=8192 -timeout=20 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$corpus" "$folder/fuzz/seeds/$target" >"$BUILD/logs/fuzz-$target.log" 2>&1; then
    grep -E "^violated|ERROR|Test unit written" "$BUILD/logs/fuzz-$target.log"
    fail "$target has a finding" "build/fuzz/findings/$target" "see docs/fuzzing.md, 'A finding'"
  fi
  grep -E "^stat::(number_of_executed_units|average_exec_per_sec)" "$BUILD/logs/fuzz-$target.log"
  grep -E "DONE" "$BUILD/logs/fuzz-$target.log"
}
