# SPDX-License-Identifier: Apache-2.0
# interop bluez [--list] [--repeat N] [CASES]
#     Pairs our devices with Debian's kernel and bluetoothd in a virtual machine (plain emulation); CASES is a
#     regular expression. Traces of both sides stay in build/interop/traces.

# interop_bluez PROGRAMS ARGUMENT...: PROGRAMS is where ours are.
interop_bluez() {
  local programs=$1
  shift
  "$PYTHON" -B "$ROOT/scripts/interop/run.py" --programs "$programs" --out "$BUILD/interop" "$@"
}

verb_interop() {
  [[ ${1:-} == bluez ]] || wrong_use "interop takes the name of a foreign stack: bluez"
  shift
  local argument
  for argument in "$@"; do
    case $argument in
      -h | --help | --list)
        need_packages build
        interop_bluez "$BUILD/release/bin" "$@"
        return
        ;;
    esac
  done
  need_packages build
  # What is wrong in the arguments is told before anything is built.
  interop_bluez "$BUILD/release/bin" --list "$@" >/dev/null || return
  need_packages interop
  logged interop-build configure_and_build release pm-interop-peer heart_rate_sensor heart_rate_collector ||
    fail "the build failed" "build/logs/interop-build.log" "see the errors above"
  interop_bluez "$BUILD/release/bin" "$@"
}
