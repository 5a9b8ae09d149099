#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads Kconfig and one fragment, writes the configuration header.

usage: genconfig.py KCONFIG FRAGMENT HEADER     HEADER is not touched if anything in FRAGMENT is wrong
"""
import os
import sys

try:
    import kconfiglib
except ImportError:
    sys.exit("genconfig.py: the Python package kconfiglib is missing; './dev setup' installs it (python3-kconfiglib)")


def refused(kconfig: "kconfiglib.Kconfig") -> list[str]:
    """What the fragment asks for and Kconfig silently did not give: dependency unmet, out of range."""
    problems = []
    for sym in kconfig.unique_defined_syms:
        if sym.user_value is None:
            continue
        asked = ("n", "m", "y")[sym.user_value] if isinstance(sym.user_value, int) else sym.user_value
        if asked != sym.str_value:
            given = f"'{sym.str_value}'" if sym.str_value else "nothing"
            problems.append(f"CONFIG_{sym.name}={asked} was asked for, but its dependencies or range give {given}")
    return problems


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    kconfig_path, fragment, header = sys.argv[1:]
    try:
        kconfig = kconfiglib.Kconfig(kconfig_path, warn_to_stderr=False)
        kconfig.warn_assign_undef = True
        kconfig.load_config(fragment)
    except (OSError, kconfiglib.KconfigError) as error:
        sys.exit(f"genconfig.py: {error}")
    problems = list(kconfig.warnings) + refused(kconfig)
    if problems:
        sys.exit("genconfig.py: " + "\n".join(problems))
    os.makedirs(os.path.dirname(os.path.abspath(header)), exist_ok=True)
    # Written only if it differs: everything is compiled anew when it changes.
    kconfig.write_autoconf(header, header="/* SPDX-License-Identifier: Apache-2.0 */\n"
                                          "/* Generated from Kconfig; do not edit. */\n")


if __name__ == "__main__":
    main()
