# SPDX-License-Identifier: Apache-2.0
# Headings get the anchors that links name them by (GitHub's), which Doxygen does not make by itself.
/^##+ / {
  h
  s/^#+ //
  s/.*/\L&/
  s/[^a-z0-9 -]//g
  s/ /-/g
  s/.*/ {#&}/
  H
  x
  s/\n//
}
