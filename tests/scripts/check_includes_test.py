# SPDX-License-Identifier: Apache-2.0
"""Every arrow of the house that points the wrong way is found; those that point down pass."""
import unittest

from support import ScriptTest

# A tree in which everything is allowed.
HOUSE = {
    "include/pm/base/bytes.hpp": "#include <cstdint>\n",
    "include/pm/ports/crypto.hpp": '#include "pm/base/bytes.hpp"\n',
    "include/pm/hci/events.hpp": '#include "pm/base/bytes.hpp"\n',
    "include/pm/host/host.hpp": '#include "pm/ports/crypto.hpp"\n',
    "include/pm/sim/air.hpp": '#include <vector>\n#include "pm/hci/events.hpp"\n',
    "include/pm/zms/store.hpp": '#include "pm/ports/crypto.hpp"\n',
    "include/pm/peer_manager/peer_manager.hpp": '#include "ble.h"\n#include "bm/peer_manager.h"\n',
    "include/softdevice/ble.h": "#include <stdint.h>\n",
    "include/bm/peer_manager.h": '#include "ble.h"\n',
    "include/sdk/bm/bm_timer.h": "#include <stdint.h>\n",
    "src/host/smp/session.hpp": '#include <vector>\n#include "pm/hci/events.hpp"\n',
    "src/host/host.cpp": '#include "pm/host/host.hpp"\n#include "host/smp/session.hpp"\n#include "smp/session.hpp"\n',
    "src/peer_manager/id_manager.hpp": "#include <array>\n",
    "src/c_api/pm.cpp": '#include "pm/peer_manager/peer_manager.hpp"\n#include <bm/bm_timer.h>\n',
    "src/device/device.cpp": '#include "pm/sim/air.hpp"\n#include "pm/zms/store.hpp"\n',
    "tests/host/host_test.cpp": '#include "host/smp/session.hpp"\n#include <gtest/gtest.h>\n',
    "apps/sensor/main.c": '#include <bm/bm_timer.h>\n#include "bm/peer_manager.h"\n#include "ble.h"\n',
    "tools/air.cpp": '#include "pm/sim/air.hpp"\n',
}

# File, line added to it, word of the complaint.
WRONG_ARROWS = [
    ("include/pm/base/bytes.hpp", '#include "pm/ports/crypto.hpp"', "'base' may include nothing"),
    ("include/pm/ports/crypto.hpp", '#include "pm/zms/store.hpp"', "not 'zms'"),
    ("include/pm/host/host.hpp", '#include "pm/sim/air.hpp"', "not 'sim'"),
    ("include/pm/host/host.hpp", '#include "host/smp/session.hpp"', "a public header must stand alone"),
    ("src/host/host.cpp", '#include "pm/peer_manager/peer_manager.hpp"', "not 'peer_manager'"),
    ("src/host/host.cpp", '#include "peer_manager/id_manager.hpp"', "private header of 'peer_manager'"),
    ("src/host/host.cpp", '#include "../peer_manager/id_manager.hpp"', "private header of 'peer_manager'"),
    ("src/host/host.cpp", "#include <bm/peer_manager.h>", "include/bm is for"),
    ("src/peer_manager/id_manager.hpp", "#include <bm/bm_timer.h>", "include/sdk is for"),
    ("src/peer_manager/id_manager.hpp", "#include <vector>", "must link on the target"),
    ("src/peer_manager/id_manager.hpp", "#include <openssl/ec.h>", "must link on the target"),
    ("src/peer_manager/id_manager.hpp", '#include "pm/zms/gone.hpp"', "not 'zms'"),
    ("src/c_api/pm.cpp", '#include "peer_manager/id_manager.hpp"', "private header"),
    ("src/c_api/pm.cpp", '#include "pm/sim/air.hpp"', "not 'sim'"),
    ("src/device/device.cpp", '#include "host/smp/session.hpp"', "private header of 'host'"),
    ("include/softdevice/ble.h", '#include "pm/base/bytes.hpp"', "stands below every layer"),
    ("include/softdevice/ble.h", '#include "bm/peer_manager.h"', "stands below include/bm"),
    ("apps/sensor/main.c", '#include "pm/host/host.hpp"', "C faces only"),
    ("tools/air.cpp", '#include "host/smp/session.hpp"', "private header"),
    ("src/host/host.cpp", '#include "../../apps/sensor/main.c"', "stands below apps/"),
    ("src/host/host.cpp", '  #  include "pm/sim/air.hpp"', "not 'sim'"),
]


class CheckIncludes(ScriptTest):
    script = "check_includes.py"

    def build_house(self):
        for name, text in HOUSE.items():
            self.write(name, text)

    def test_arrows_that_point_down_pass(self):
        self.build_house()
        self.assert_accepted(self.run_script(self.folder))

    def test_each_wrong_arrow_is_named_with_its_place(self):
        for name, line, complaint in WRONG_ARROWS:
            with self.subTest(file=name, line=line):
                self.build_house()
                self.write(name, HOUSE[name] + line + "\n")
                result = self.run_script(self.folder)
                place = f"{name}:{HOUSE[name].count(chr(10)) + 1}:"
                self.assert_refused(result, place, complaint)
                self.assertEqual(result.stderr.count("#include"), 1, "only that line is blamed")

    def test_a_new_folder_must_declare_its_arrows(self):
        self.build_house()
        self.write("src/radio/radio.cpp", "#include <cstdint>\n")
        self.assert_refused(self.run_script(self.folder), "'radio' is no layer")

    def test_an_empty_tree_is_no_success(self):
        self.assert_refused(self.run_script(self.folder))

    def test_a_folder_that_is_absent(self):
        self.assert_refused(self.run_script(self.folder / "none"), "usage")


if __name__ == "__main__":
    unittest.main()
