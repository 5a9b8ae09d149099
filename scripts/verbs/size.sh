# SPDX-License-Identifier: Apache-2.0
# size [--json | --check]
#     Size and stack on Cortex-M33 in three configurations, beside the reference's; writes docs/figures_size.md.
#     --json writes build/size.json too; --check writes nothing and fails where the committed table differs.

verb_size() {
  (($# <= 1)) || wrong_use "size takes --json, --check or nothing"
  local -a options=(--table "$ROOT/docs/figures_size.md")
  case ${1:-} in
    "") ;;
    --json) options+=(--json "$BUILD/size.json") ;;
    --check) options=(--check "$ROOT/docs/figures_size.md") ;;
    *) wrong_use "size takes --json, --check or nothing, not '$1'" ;;
  esac
  need_packages test
  "$PYTHON" "$ROOT/scripts/size.py" --build-dir "$BUILD/size" "${options[@]}"
}
