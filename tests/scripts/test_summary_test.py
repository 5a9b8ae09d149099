# SPDX-License-Identifier: Apache-2.0
"""The closing line tells the truth: no failure ends in '0 failed'."""
import unittest

from support import ScriptTest

# As CTest 3.25 writes them.
PASSED = '<testcase name="A.Passes" status="run"/>'
FAILED = '<testcase name="A.Fails" status="fail"><failure message="Failed"/></testcase>'
SKIPPED = '<testcase name="A.Skips" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>'
MISSING = '<testcase name="A.Missing" status="notrun"><skipped message="Unable to find executable"/></testcase>'


class TestSummary(ScriptTest):
    script = "test_summary.py"

    def junit(self, build: str, *cases: str):
        return self.write(f"{build}/junit.xml", "<testsuite>" + "".join(cases) + "</testsuite>")

    def last_line(self, result) -> str:
        return result.stdout.splitlines()[-1]

    def test_counts_both_builds(self):
        result = self.run_script(self.junit("gcc", PASSED, PASSED), self.junit("asan", PASSED))
        self.assert_accepted(result)
        self.assertEqual(result.stdout, "3 passed, 0 failed\n")

    def test_names_the_failing_test_and_its_build(self):
        result = self.run_script(self.junit("gcc", PASSED), self.junit("asan", PASSED, FAILED))
        self.assert_refused(result, "failed: A.Fails (asan)")
        self.assertEqual(self.last_line(result), "2 passed, 1 failed")

    def test_a_stage_that_failed_by_its_tests_is_not_counted_twice(self):
        result = self.run_script("--failed-stages", "gcc", self.junit("gcc", PASSED, FAILED))
        self.assertEqual(self.last_line(result), "1 passed, 1 failed")

    def test_a_stage_without_a_failing_test_counts(self):
        result = self.run_script("--failed-stages", "tidy", self.junit("gcc", PASSED))
        self.assert_refused(result, "stage tidy")
        self.assertEqual(self.last_line(result), "1 passed, 1 failed")

    def test_a_build_that_failed_has_no_results(self):
        result = self.run_script("--failed-stages", "gcc", self.folder / "gcc/junit.xml")
        self.assert_refused(result)
        self.assertEqual(self.last_line(result), "0 passed, 1 failed")

    def test_a_test_program_that_is_missing_is_a_failure(self):
        result = self.run_script(self.junit("gcc", PASSED, MISSING))
        self.assert_refused(result, "A.Missing")

    def test_skipped_tests_are_neither(self):
        result = self.run_script(self.junit("gcc", PASSED, SKIPPED))
        self.assert_accepted(result)
        self.assertEqual(result.stdout, "1 passed, 0 failed, 1 skipped\n")


if __name__ == "__main__":
    unittest.main()
