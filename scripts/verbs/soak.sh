# SPDX-License-Identifier: Apache-2.0
# soak store [SECONDS]
#     Goes on testing the store for as long as asked (default 600): every power cut again at every operation of its
#     recovery, a million reconnections, then the model with one seed after the other. Seeds are printed; RC_PARAMS
#     repeats one.

verb_soak() {
  local what=${1:-} seconds=${2:-600}
  [[ $what == store ]] || wrong_use "soak takes what to test: store"
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || wrong_use "'$seconds' is not a number of seconds"
  need_packages test
  logged soak-build configure_and_build gcc zms_test zms_model_test zms_core_test ||
    fail "the tests do not build" "build/logs/soak-build.log" "look at the end of that file"

  local tests=$BUILD/gcc/tests/zms end=$((SECONDS + seconds)) seed rounds=0
  rest() { echo $((end > SECONDS ? end - SECONDS : 1)); }
  # soaked NAME COMMAND...: a failure ends the soak, running out of time does not.
  soaked() {
    local name=$1 status=0
    shift
    timeout "$(rest)" "$@" >"$BUILD/logs/soak-$name.log" 2>&1 || status=$?
    grep -hE "cuts|operations$|reconnections" "$BUILD/logs/soak-$name.log"
    ((status == 0 || status == 124)) && return
    tail -n 40 "$BUILD/logs/soak-$name.log"
    fail "$name failed" "build/logs/soak-$name.log" "the seed is in the file: RC_PARAMS=seed=... repeats it"
  }
  PM_POWER_CUT_ALL=1 soaked power-cuts "$tests/zms_test" --gtest_filter='*power_cut*'
  PM_RECONNECTIONS=1000000 soaked core "$tests/zms_core_test"
  while ((SECONDS < end)); do
    seed=$((RANDOM << 30 | RANDOM << 15 | RANDOM))
    say "seed $seed"
    RC_PARAMS="seed=$seed max_success=5000 noshrink=1" soaked model "$tests/zms_model_test"
    ((++rounds))
  done
  say "$rounds seeds, no difference found"
}
