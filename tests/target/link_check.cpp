// SPDX-License-Identifier: Apache-2.0
//
// Never run: what the linker puts beside it is what scripts/check_m33.py looks at.
extern "C" {

[[noreturn]] void link_check_main() {
  for (;;) {
  }
}
}
