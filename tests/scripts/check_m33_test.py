# SPDX-License-Identifier: Apache-2.0
"""The check of the target's symbols proves itself where the cross compiler is; here: wrong use of it."""
import shutil
import unittest

from support import ScriptTest


class CheckM33(ScriptTest):
    script = "check_m33.py"

    @unittest.skipUnless(shutil.which("arm-none-eabi-g++"), "no cross compiler")
    def test_every_kind_of_offender_is_found(self):
        self.assert_accepted(self.run_script("--self-test"))

    def test_a_build_that_is_absent_is_no_success(self):
        self.assert_refused(self.run_script("--build-dir", self.folder), "no linked program")

    def test_nothing_to_check_is_no_success(self):
        self.assert_refused(self.run_script(), "usage")


if __name__ == "__main__":
    unittest.main()
