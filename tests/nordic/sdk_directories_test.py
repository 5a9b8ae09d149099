#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library with an SDK's headers and configuration in place of ours.

usage: sdk_directories_test.py COMPILER_C COMPILER_CXX FLAGS
"""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What an SDK's configuration says of the Peer Manager and of what it uses. Options of our own are not among it.
CONFIG = """
#define CONFIG_PM_BM_ZMS_SECTOR_SIZE 1024
#define CONFIG_PM_MAX_REGISTRANTS 3
#define CONFIG_PM_FLASH_BUFFERS 4
#define CONFIG_PM_PEER_RANKS 1
#define CONFIG_PM_LESC 1
#define CONFIG_PM_HANDLER_SEC_DELAY_MS 0
#define CONFIG_SOFTDEVICE_PERIPHERAL 1
#define CONFIG_SOFTDEVICE_CENTRAL 1
#define CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT 2
#define CONFIG_NRF_SDH_BLE_PERIPHERAL_LINK_COUNT 1
#define CONFIG_NRF_SDH_BLE_CENTRAL_LINK_COUNT 1
#define CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE 23
#define CONFIG_BM_ZMS_OP_QUEUE_SIZE 16
#define CONFIG_BLE_GATT_DB_MAX_CHARS 6
"""
# The partition stands in a devicetree; a timer is nobody's business but the SDK's.
DEVICETREE = """
#define DT_NODELABEL(label) SDK_NODE_##label
#define SDK_NODE_peer_manager_partition_ADDR 0x15C000
#define DT_REG_ADDR(node) SDK_ADDR(node)
#define SDK_ADDR(node) node##_ADDR
#define DT_REG_SIZE(node) (8 * 1024)
"""
TIMER = """
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
enum bm_timer_mode { BM_TIMER_MODE_SINGLE_SHOT, BM_TIMER_MODE_REPEATED };
struct bm_timer { void *sdk[3]; };
int bm_timer_init(struct bm_timer *timer, enum bm_timer_mode mode, void (*handler)(void *));
int bm_timer_start(struct bm_timer *timer, uint32_t ticks, void *context);
int bm_timer_stop(struct bm_timer *timer);
#define BM_TIMER_MS_TO_TICKS(ms) ((uint32_t)((ms) * 1000))
#define BM_TIMER_US_TO_TICKS(us) ((uint32_t)(us))
#ifdef __cplusplus
}
#endif
"""
OBJECTS = ["src/c_api/CMakeFiles/pm_nordic.dir/peer_manager.cpp.o",
           "src/c_api/CMakeFiles/pm_nordic.dir/observers.c.o"]
COMPILERS: list[str] = []


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


class SdkDirectories(unittest.TestCase):
    def test_headers_and_configuration_come_from_the_sdk(self):
        with tempfile.TemporaryDirectory() as folder:
            softdevice, sdk, build = (Path(folder, name) for name in ("softdevice", "sdk", "build"))
            shutil.copytree(ROOT / "include/softdevice", softdevice)
            shutil.copytree(ROOT / "include/sdk", sdk)
            (sdk / "bm/bm_timer.h").write_text(TIMER, encoding="utf-8")
            (sdk / "zephyr/devicetree.h").write_text(DEVICETREE, encoding="utf-8")
            config = Path(folder, "autoconf.h")
            config.write_text(CONFIG, encoding="utf-8")
            compiler_c, compiler_cxx, flags = COMPILERS
            run("cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DPM_NORDIC=ON", "-DPM_TESTS=OFF",
                f"-DPM_SDK_INCLUDE_DIRS={softdevice};{sdk}", f"-DPM_SDK_CONFIG_HEADER={config}",
                f"-DCMAKE_C_COMPILER={compiler_c}", f"-DCMAKE_CXX_COMPILER={compiler_cxx}",
                f"-DCMAKE_C_FLAGS={flags} -O0", f"-DCMAKE_CXX_FLAGS={flags} -O0", "-DPM_WERROR=ON")
            run("ninja", "-j1", *OBJECTS, cwd=build)
            read = run("ninja", "-t", "deps", *OBJECTS, cwd=build)
            for own in ("include/softdevice", "include/sdk", "generated"):
                self.assertNotIn(str(ROOT / own), read)
            for used in (softdevice / "ble_gap.h", sdk / "bm/bm_timer.h", sdk / "zephyr/devicetree.h", config):
                self.assertIn(str(used), read)
            # The partition of the devicetree, little-endian, stands in the constants of the store.
            nordic = (build / OBJECTS[0]).read_bytes()
            self.assertIn((0x15C000).to_bytes(4, "little") + (1024).to_bytes(4, "little") +
                          (8).to_bytes(4, "little"), nordic)


if __name__ == "__main__":
    COMPILERS = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1])
