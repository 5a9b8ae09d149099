#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads Kconfig and one fragment, writes the configuration header. usage: genconfig.py KCONFIG FRAGMENT HEADER"""
import os
import sys

try:
    import kconfiglib
except ImportError:
    sys.exit("genconfig.py: the Python package kconfiglib is missing; './dev setup' installs it (python3-kconfiglib)")


def main() -> None:
    kconfig_path, fragment, header = sys.argv[1:]
    kconfig = kconfiglib.Kconfig(kconfig_path, warn_to_stderr=False)
    kconfig.load_config(fragment)
    problems = list(kconfig.warnings)
    # A value that Kconfig silently refused (dependency unmet, out of range) is a mistake in the fragment.
    for sym in kconfig.unique_defined_syms:
        if sym.user_value is not None:
            asked = ("n", "m", "y")[sym.user_value] if isinstance(sym.user_value, int) else sym.user_value
            if asked != sym.str_value:
                problems.append(f"CONFIG_{sym.name}={asked} was asked for, but its dependencies or range give '{sym.str_value}'")
    if problems:
        sys.exit("genconfig.py: " + "\n".join(problems))
    os.makedirs(os.path.dirname(header), exist_ok=True)
    kconfig.write_autoconf(header, header="/* SPDX-License-Identifier: Apache-2.0 */\n/* Generated from Kconfig; do not edit. */\n")


main()
