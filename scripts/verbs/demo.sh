# SPDX-License-Identifier: Apache-2.0
# demo [--air sim] [--seed N] [--sabotage STEP|list] ...
#     Two devices bond over HCI and know each other after a restart; './dev demo --help' lists all options.

verb_demo() {
  # Questions about the demo need no build; only asking about it must not install half a compiler either.
  local argument previous=""
  for argument in "$@"; do
    if [[ $argument == -h || $argument == --help || $argument == --sabotage=list ||
      ($previous == --sabotage && $argument == list) ]]; then
      [[ -x $PYTHON ]] || need_packages build
      exec "$PYTHON" "$ROOT/scripts/demo.py" --build-dir "$BUILD/release" "$@"
    fi
    previous=$argument
  done

  need_packages build
  logged demo-build configure_and_build release ||
    fail "the build failed" "build/logs/demo-build.log" "see the errors above"
  exec "$PYTHON" "$ROOT/scripts/demo.py" --build-dir "$BUILD/release" "$@"
}
