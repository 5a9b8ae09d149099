# SPDX-License-Identifier: Apache-2.0
"""Rules of the tree: each is broken once, on purpose."""
import unittest

from support import LICENCE, ScriptTest

GOOD = f"// {LICENCE}\nint x;\n"


class CheckTree(ScriptTest):
    script = "check_tree.py"

    def assert_found(self, name: str, text: str, *said: str):
        self.write(name, text)
        self.assert_refused(self.run_script(self.folder), name + ":", *said)

    def test_a_clean_tree_passes(self):
        self.write("src/a.cpp", GOOD)
        self.write("docs/a.md", "See /usr/share/doc, include/pm/work/a, $HOME/a/root and unix:/tmp/air.sock.\n")
        self.write("scripts/a.sh", f"#!/bin/sh\n# {LICENCE}\n")
        self.write("build/gcc/generated.h", "no licence, in a folder that is not looked at\n")
        self.write("tests/data/capture.json", "foreign text with blanks at the end  ")
        self.assert_accepted(self.run_script(self.folder))

    def test_missing_licence(self):
        for name in ("src/a.cpp", "include/a.h", "scripts/a.py", "CMakeLists.txt", "dev"):
            with self.subTest(name=name):
                self.assert_found(name, "int x;\n", "SPDX")

    def test_file_too_long_to_read(self):
        self.assert_found("src/long.cpp", GOOD + "\n" * 700, "702", "split")

    def test_blanks_and_missing_newline(self):
        self.assert_found("src/a.cpp", GOOD + "int y; \n", "src/a.cpp:3")
        self.assert_found("src/b.cpp", GOOD + "int y;", "newline")

    def test_paths_of_one_machine(self):
        for path in ("home", "root", "work", "Users"):
            with self.subTest(path=path):
                self.assert_found("docs/a.md", f"Look into /{path}/me/file.\n", "docs/a.md:1", "one machine only")

    def test_unfinished_work(self):
        self.assert_found("src/a.cpp", GOOD + "// TO" + "DO later\n", "src/a.cpp:3")

    def test_binary_outside_the_test_data(self):
        path = self.write("src/blob.bin", "")
        path.write_bytes(b"\xff\xfe\x00\x01")
        self.assert_refused(self.run_script(self.folder), "src/blob.bin", "tests/data")

    def test_an_empty_tree_is_no_success(self):
        self.assert_refused(self.run_script(self.folder))


if __name__ == "__main__":
    unittest.main()
