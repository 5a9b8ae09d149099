# SPDX-License-Identifier: Apache-2.0
# test [STAGE...]
#     All checks, or the named stages: checks docs gcc asan m33 nordic tidy install interop readme. The last
#     line counts the tests of all stages; a stage that fails without a failing test (a warning, a wrong include) counts as
#     one failure.

STAGES=(checks docs gcc asan m33 nordic tidy install interop readme)

declare -A STAGE_TEXT=(
  [checks]="include directions, licence lines, formatting"
  [docs]="the API reference: no gaps, no wrong references"
  [gcc]="GCC: build with warnings as errors, run the tests"
  [asan]="Clang 16 with address and undefined-behaviour sanitizers: build, run the tests"
  [m33]="Cortex-M33: build and link, no heap, no exceptions, no abort"
  [nordic]="i386: the target's library in a C program, against a scripted SDK"
  [tidy]="clang-tidy on src"
  [install]="install, and build and run a user of the installed package"
  [interop]="our devices pair with Debian's kernel and bluetoothd in a virtual machine"
  [readme]="README's table of features against the test results"
)

# Where a stage leaves the results of its tests.
declare -A STAGE_TESTS=([gcc]=gcc [asan]=asan [nordic]=nordic32 [interop]=interop)

# What each stage reads of earlier ones.
declare -A STAGE_NEEDS=([tidy]=asan [install]=gcc [interop]=gcc [readme]="gcc asan interop")

stage_checks() {
  local status=0
  "$PYTHON" "$ROOT/scripts/check_includes.py" || status=1
  "$PYTHON" "$ROOT/scripts/check_tree.py" || status=1
  source "$ROOT/scripts/verbs/format.sh"
  format_check || status=1
  return "$status"
}

stage_docs() {
  source "$ROOT/scripts/verbs/docs.sh"
  docs_build
}

# build_and_test PRESET
# Twice as many tests as jobs: the longest ones are processes that wait for one another.
build_and_test() {
  rm -f "$BUILD/$1/junit.xml"
  configure_and_build "$1" &&
    (cd "$ROOT" && ctest --preset "$1" -j "$((2 * $(jobs_count)))" --timeout 300 --output-junit "$BUILD/$1/junit.xml")
}

stage_gcc() { build_and_test gcc; }

stage_asan() {
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1
  build_and_test asan
}

stage_m33() {
  configure_and_build m33 &&
    "$PYTHON" "$ROOT/scripts/check_m33.py" --self-test &&
    "$PYTHON" "$ROOT/scripts/check_m33.py" --build-dir "$BUILD/m33"
}

stage_nordic() { build_and_test nordic32; }

stage_tidy() { "$PYTHON" "$ROOT/scripts/run_tidy.py" --build-dir "$BUILD/asan" --jobs "$(jobs_count)"; }

stage_install() {
  local prefix=$BUILD/prefix consumer=$BUILD/consumer
  rm -rf "$prefix" "$prefix.moved" "$consumer"
  # Moved after installation: a package that remembers where it was built or installed is broken.
  cmake --install "$BUILD/gcc" --prefix "$prefix" && mv "$prefix" "$prefix.moved" &&
    cmake -S "$ROOT/tests/consumer" -B "$consumer" -G Ninja -DCMAKE_PREFIX_PATH="$prefix.moved" &&
    cmake --build "$consumer" -j "$(jobs_count)" &&
    "$consumer/consumer"
}

stage_interop() {
  source "$ROOT/scripts/verbs/interop.sh"
  rm -f "$BUILD/interop/junit.xml"
  interop_bluez "$BUILD/gcc/bin" --junit "$BUILD/interop/junit.xml"
}

stage_readme() {
  "$PYTHON" "$ROOT/scripts/status_table.py" --check --trials "$BUILD/interop/junit.xml" "$ROOT/README.md" \
    "$BUILD/gcc/junit.xml" "$BUILD/asan/junit.xml"
}

check_stage_names() {
  local name
  for name in "$@"; do
    [[ $name =~ ^[a-z0-9]+$ && -n ${STAGE_TEXT[$name]:-} ]] ||
      wrong_use "'$name' is no stage of the test; they are: ${STAGES[*]}"
  done
}

# The sanitizers read /proc; a bare chroot has none.
need_proc() {
  [[ -r /proc/self/maps ]] && return
  ((EUID == 0)) && mount -t proc proc /proc 2>/dev/null && return
  fail "/proc is not mounted, and the sanitizers need it" "this system" "mount -t proc proc /proc"
}

verb_test() {
  check_stage_names "$@"
  (($#)) && STAGES=("$@")
  need_packages test
  local group
  for group in docs interop; do
    [[ " ${STAGES[*]} " != *" $group "* ]] || need_packages "$group"
  done
  need_proc

  local -A result=() took=()
  local name needed start number=0
  local -a failed=() tested=()
  for name in "${STAGES[@]}"; do
    ((++number))
    say "[$number/${#STAGES[@]}] $name: ${STAGE_TEXT[$name]}"
    start=$SECONDS
    result[$name]=ok
    for needed in ${STAGE_NEEDS[$name]:-}; do
      [[ ${result[$needed]:-ok} != ok ]] && result[$name]="not run, needs $needed"
    done
    [[ ${result[$name]} != ok ]] || logged "$name" "stage_$name" || result[$name]=FAILED
    took[$name]=$((SECONDS - start))
    say "    ${result[$name]}, $(minutes "${took[$name]}")"
    # What is left of an earlier run does not count.
    [[ ${result[$name]} != "not run"* && -n ${STAGE_TESTS[$name]:-} ]] &&
      tested+=("$BUILD/${STAGE_TESTS[$name]}/junit.xml")
    [[ ${result[$name]} != FAILED ]] || failed+=("$name")
  done

  say ""
  for name in "${STAGES[@]}"; do
    printf '%-8s %5s  %s\n' "$name" "$(minutes "${took[$name]}")" "${result[$name]}"
  done
  printf '%-8s %5s\n' total "$(minutes $SECONDS)"
  # Names the failing tests, and ends with the one closing line.
  "$PYTHON" "$ROOT/scripts/test_summary.py" --failed-stages "${failed[*]}" "${tested[@]}"
}
