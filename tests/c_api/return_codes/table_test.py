#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What table.py finds, and that it finds nothing in a table that is right."""

import os
import tempfile
import unittest

import table

HEADER = "uint32_t pm_init(void);\nvoid pm_shout(void);\nbool\npm_next_peer_id_get(void);\n" \
         "uint16_t pm_next_peer_id_get(uint16_t prev_peer_id);\n"
TABLE = """# comment
pm_init NRF_SUCCESS started
pm_init NRF_ERROR_INTERNAL no store
pm_init NRF_ERROR_BUSY never: no reason
pm_shout void always
pm_next_peer_id_get peer the next
"""
RECORDED = "pm_init 0\npm_init 3\npm_shout 0\npm_next_peer_id_get 7\n"


class Table(unittest.TestCase):
    def complaints(self, text=TABLE, recorded=RECORDED):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, content in (("table", text), ("header", HEADER), ("recorded", recorded)):
                paths.append(os.path.join(folder, name))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(content)
            found, _ = table.compare(paths[0], [paths[1]], paths[2])
            return [complaint.replace(folder, "") for complaint in found]

    def test_right(self):
        self.assertEqual(self.complaints(), [])

    def test_a_missing_pair(self):
        self.assertEqual(self.complaints(recorded=RECORDED.replace("pm_init 3\n", "")),
                         ["in the table, but no test made it happen: pm_init NRF_ERROR_INTERNAL"])

    def test_an_unlisted_pair(self):
        self.assertEqual(self.complaints(recorded=RECORDED + "pm_init 19\n"),
                         ["returned, but not in the table: pm_init NRF_ERROR_RESOURCES"])
        self.assertEqual(self.complaints(recorded=RECORDED + "pm_init 4660\n"),
                         ["returned, but not in the table: pm_init 0x1234"])
        self.assertEqual(self.complaints(recorded=RECORDED + "pm_next_peer_id_get 65535\n"),
                         ["returned, but not in the table: pm_next_peer_id_get PM_PEER_ID_INVALID"])

    def test_never_happens(self):
        self.assertEqual(self.complaints(recorded=RECORDED + "pm_init 17\n"),
                         ["returned, but in the table as never: pm_init NRF_ERROR_BUSY"])

    def test_a_function_without_lines(self):
        self.assertEqual(self.complaints(TABLE.replace("pm_shout void always\n", "")),
                         ["declared, but not in the table: pm_shout", "returned, but not in the table: pm_shout void"])

    def test_a_line_without_reason_or_twice(self):
        self.assertIn("/table:7: pm_init NRF_SUCCESS twice", self.complaints(TABLE + "pm_init NRF_SUCCESS again\n"))
        self.assertIn("/table:7: function, result and when", self.complaints(TABLE + "pm_init NRF_ERROR_NULL\n"))


if __name__ == "__main__":
    unittest.main()
