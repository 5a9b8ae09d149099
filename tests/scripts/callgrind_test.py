# SPDX-License-Identifier: Apache-2.0
"""Whose instructions count: the library's, and those of what it calls outside; never those of the stand-ins."""
import unittest

from support import ROOT, ScriptTest

DUMP = f"""# callgrind format
desc: Trigger: Client Request: row_16
positions: line
events: Ir
summary: 5000

ob=/usr/lib32/libc.so.6
fl=???
fn=(below main)
cob=/program
cfi={ROOT}/bench/work.c
cfn=main
calls=1 0
0 5000

ob=/program
fl={ROOT}/bench/work.c
fn=main
10 1000
cfi={ROOT}/src/peer_manager/ranks.cpp
cfn=pm::Ranks::extremes()
calls=1 20
11 700

fl={ROOT}/src/peer_manager/ranks.cpp
fn=pm::Ranks::extremes()
20 100
fi=/usr/include/c++/12/array
143 20
fe={ROOT}/src/peer_manager/ranks.cpp
cob=/usr/lib32/libc.so.6
cfi=???
cfn=memcpy
calls=2 0
21 40
cfi={ROOT}/tests/nordic/fake_store.c
cfn=bm_zms_read_hist
calls=1 5
22 500
23 3

fl={ROOT}/tests/nordic/fake_store.c
fn=bm_zms_read_hist
5 60
cob=/usr/lib32/libc.so.6
cfi=???
cfn=memcpy
calls=1 0
6 440

ob=/usr/lib32/libc.so.6
fl=???
fn=memcpy
0 480

totals: 5000
"""
CALLED_BACK = f"""
ob=/usr/lib32/libc.so.6
fl=???
fn=qsort
cob=/program
cfi={ROOT}/src/peer_manager/ranks.cpp
cfn=pm::Ranks::extremes()
calls=1 20
0 10
"""


class Callgrind(ScriptTest):
    script = "callgrind.py"

    def test_counts_the_library_and_what_it_calls_outside(self):
        result = self.run_script("row_16", self.write("dump", DUMP))
        self.assert_accepted(result)
        self.assertEqual(result.stdout.splitlines()[0], "row_16: 163")
        self.assertIn("40 memcpy for pm::Ranks::extremes()", result.stdout)
        self.assertNotIn("bm_zms_read_hist", result.stdout)

    def test_other_rows_are_not_shown(self):
        result = self.run_script("row_1", self.write("dump", DUMP))
        self.assert_accepted(result)
        self.assertEqual(result.stdout, "")

    def test_a_call_back_from_outside_would_count_twice(self):
        result = self.run_script("row_16", self.write("dump", DUMP + CALLED_BACK))
        self.assert_refused(result, "qsort calls back")

    def test_nothing_named(self):
        self.assert_refused(self.run_script(), "usage")


if __name__ == "__main__":
    unittest.main()
