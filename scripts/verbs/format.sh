# SPDX-License-Identifier: Apache-2.0
# format [--check]
#     Formats every C and C++ file in place; with --check only names those that differ.

source_files() {
  local folder
  for folder in include src apps tools tests fuzz bench; do
    [[ ! -d $ROOT/$folder ]] ||
      find "$ROOT/$folder" -path "$ROOT/tests/data" -prune -o \
        \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' \) -print0
  done
}

format_check() {
  # The formatter's own report is long: a name per file is what one needs.
  if ! source_files | xargs -0 clang-format-16 --dry-run -Werror >/dev/null 2>&1; then
    source_files | xargs -0 -n 1 sh -c 'clang-format-16 --dry-run -Werror "$0" >/dev/null 2>&1 || echo "${0#"$ROOT"/}: not formatted"'
    say "format: run './dev format'"
    return 1
  fi
  say "format: clean"
}

verb_format() {
  (($# <= 1)) || wrong_use "format takes --check or nothing"
  case ${1:-} in
    "" | --check) ;;
    *) wrong_use "format takes --check or nothing, not '$1'" ;;
  esac
  command -v clang-format-16 >/dev/null || need_packages test
  if [[ ${1:-} == --check ]]; then
    format_check
  else
    source_files | xargs -0 clang-format-16 -i
  fi
}
