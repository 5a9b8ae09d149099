# SPDX-License-Identifier: Apache-2.0
"""A configuration fragment either means what it says or is refused, naming what is wrong."""
import unittest

from support import ROOT, ScriptTest

KCONFIG = """
config FEATURE
\tbool "Feature"

config DEPTH
\tint "Depth"
\tdepends on FEATURE
\trange 1 8
\tdefault 4

config NAME
\tstring "Name"
\tdefault "plain"
"""


class Genconfig(ScriptTest):
    script = "genconfig.py"

    def generate(self, fragment: str):
        kconfig = self.write("Kconfig", KCONFIG)
        header = self.folder / "new/folder/autoconf.h"
        return self.run_script(kconfig, self.write("fragment.conf", fragment), header), header

    def test_fragment_and_defaults_become_macros(self):
        result, header = self.generate("CONFIG_FEATURE=y\nCONFIG_DEPTH=7\n")
        self.assert_accepted(result)
        lines = header.read_text().splitlines()
        self.assertIn("#define CONFIG_FEATURE 1", lines)
        self.assertIn("#define CONFIG_DEPTH 7", lines)
        self.assertIn('#define CONFIG_NAME "plain"', lines)

    def test_feature_that_is_off_has_no_macro(self):
        result, header = self.generate("")
        self.assert_accepted(result)
        self.assertNotIn("CONFIG_FEATURE", header.read_text())
        self.assertNotIn("CONFIG_DEPTH", header.read_text())

    def assert_refused_fragment(self, fragment: str, *said: str):
        result, header = self.generate(fragment)
        self.assert_refused(result, *said)
        self.assertFalse(header.exists(), "a wrong fragment leaves no header behind")

    def test_value_above_its_range(self):
        self.assert_refused_fragment("CONFIG_FEATURE=y\nCONFIG_DEPTH=9\n", "CONFIG_DEPTH=9")

    def test_value_below_its_range(self):
        self.assert_refused_fragment("CONFIG_FEATURE=y\nCONFIG_DEPTH=0\n", "CONFIG_DEPTH=0")

    def test_dependency_that_is_not_met(self):
        self.assert_refused_fragment("CONFIG_DEPTH=3\n", "CONFIG_DEPTH=3", "dependencies")

    def test_number_that_is_none(self):
        self.assert_refused_fragment("CONFIG_FEATURE=y\nCONFIG_DEPTH=deep\n", "DEPTH")

    def test_name_that_does_not_exist(self):
        self.assert_refused_fragment("CONFIG_FAETURE=y\n", "FAETURE")

    def test_line_that_is_no_assignment(self):
        self.assert_refused_fragment("FEATURE on, please\n", "fragment.conf:1")

    def test_same_option_twice(self):
        self.assert_refused_fragment("CONFIG_NAME=\"a\"\nCONFIG_NAME=\"b\"\n", "NAME")

    def test_fragment_that_is_absent(self):
        kconfig = self.write("Kconfig", KCONFIG)
        self.assert_refused(self.run_script(kconfig, self.folder / "none.conf", self.folder / "h.h"), "none.conf")

    def test_wrong_number_of_arguments(self):
        self.assert_refused(self.run_script("one"), "usage")

    def test_the_fragments_of_this_repository(self):
        fragments = sorted((ROOT / "configs").glob("*.conf"))
        self.assertGreaterEqual(len(fragments), 2)
        for fragment in fragments:
            with self.subTest(fragment=fragment.name):
                self.assert_accepted(self.run_script(ROOT / "Kconfig", fragment, self.folder / "autoconf.h"))


if __name__ == "__main__":
    unittest.main()
