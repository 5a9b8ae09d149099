# SPDX-License-Identifier: Apache-2.0
# soak store [--minutes M]
#     Tests the store: every power cut and again every one of its recovery, a million reconnections of 1, 2 and 10
#     peers; then, for as long as asked (default 10), the model with failing reads and writes and power cuts, with and
#     without index, one seed after the other. Seeds are printed; RC_PARAMS repeats one.

verb_soak() {
  local what=${1:-} option=${2:---minutes} minutes=${3:-10}
  [[ $what == store ]] || wrong_use "soak takes what to test: store"
  [[ $option == --minutes && $# != 2 && $# -le 3 ]] || wrong_use "soak store takes --minutes and a number, or nothing"
  [[ $minutes =~ ^[1-9][0-9]*$ ]] || wrong_use "'$minutes' is not a number of minutes"
  need_packages test
  local -a models=(zms_model_test zms_index_small_test zms_index_none_test)
  logged soak-build configure_and_build gcc zms_test zms_core_test "${models[@]}" ||
    fail "the tests do not build" "build/logs/soak-build.log" "look at the end of that file"

  local tests=$BUILD/gcc/tests/zms operations=0 seeds=0 model seed
  # soaked NAME COMMAND...: also what does not end has failed; each takes seconds.
  soaked() {
    local name=$1 log=$BUILD/logs/soak-$1.log
    shift
    timeout 600 "$@" >"$log" 2>&1 && return
    tail -n 40 "$log"
    fail "$name failed, or did not end within ten minutes" "build/logs/soak-$name.log" \
      "RC_PARAMS=seed=... repeats what the model found"
  }
  soaked power-cuts "$tests/zms_test" --gtest_filter='*power_cut*'
  soaked core "$tests/zms_core_test"
  grep -hE "cuts|reconnections" "$BUILD/logs/soak-power-cuts.log" "$BUILD/logs/soak-core.log"
  local end=$((SECONDS + 60 * minutes))
  while ((SECONDS < end)); do
    for model in "${models[@]}"; do
      seed=$((RANDOM << 30 | RANDOM << 15 | RANDOM))
      say "$model seed=$seed"
      RC_PARAMS="seed=$seed max_success=500 noshrink=1" soaked "$model" "$tests/$model" --gtest_filter='StoreModel.*'
      ((++seeds))
      operations=$((operations + $(sed -n 's/ operations$//p' "$BUILD/logs/soak-$model.log")))
    done
  done
  say "$seeds seeds, $operations operations compared with the model: no difference"
}
