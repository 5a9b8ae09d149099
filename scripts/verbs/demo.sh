# SPDX-License-Identifier: Apache-2.0
# demo [--air sim] [--seed N] [--sabotage STEP|list] ...
#     Two devices bond over HCI and know each other after a restart; './dev demo --help' lists all options.

verb_demo() {
  # What is printed is the story's alone (the names of its steps, the digest): building reports beside it.
  {
    need_packages build
    logged demo-build configure_and_build release pm-demo ||
      fail "the build failed" "build/logs/demo-build.log" "see the errors above"
  } >&2
  exec "$BUILD/release/bin/pm-demo" --out "$BUILD/demo" "$@"
}
