# SPDX-License-Identifier: Apache-2.0
# docs
#     Builds the API reference with Doxygen: build/docs/index.html. A warning is an error, and so is anything without a
#     description in the headers that applications and new homes are written against.

# What applications and new homes include: nothing in there goes without a description.
DOCS_COMPLETE="include/bm include/pm/ports include/pm/peer_manager/peer_manager.hpp
               include/pm/peer_manager/standard_handlers.hpp include/pm/zms/store.hpp"

# doxygen_run SETTING...: docs/Doxyfile with these settings.
doxygen_run() {
  (cd "$ROOT" && { cat docs/Doxyfile; printf '%s\n' "WARN_AS_ERROR = FAIL_ON_WARNINGS" "$@"; } | doxygen -)
}

docs_complete() {
  doxygen_run "INPUT = ${DOCS_COMPLETE//$'\n'/ }" "USE_MDFILE_AS_MAINPAGE =" "GENERATE_HTML = NO" "GENERATE_XML = YES" \
    "XML_PROGRAMLISTING = NO" "OUTPUT_DIRECTORY = $1"
}

docs_all() { doxygen_run "EXTRACT_ALL = YES" "OUTPUT_DIRECTORY = $BUILD" "HTML_OUTPUT = docs"; }

docs_build() {
  local scratch status=0
  scratch=$(mktemp -d) || fail "no temporary folder" "${TMPDIR:-/tmp}" "make room there"
  rm -rf "$BUILD/docs"
  mkdir -p "$BUILD"
  docs_complete "$scratch" && docs_all || status=1
  rm -rf "$scratch"
  return "$status"
}

verb_docs() {
  (($# == 0)) || wrong_use "docs takes no arguments"
  need_packages docs
  logged docs docs_build ||
    fail "the API reference has gaps or wrong references" "build/logs/docs.log" "mend the comments that are named there"
  say "build/docs/index.html"
}
