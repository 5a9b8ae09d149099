# SPDX-License-Identifier: Apache-2.0
"""Every option of the interface exists, with the type, default, range and condition that its description gives."""
import os
import unittest
from pathlib import Path

import kconfiglib

ROOT = Path(__file__).resolve().parent.parent.parent

BOOL, INT = kconfiglib.BOOL, kconfiglib.INT

# Typed by hand: name, type, default, and what it takes for the option to be there.
OPTIONS = (
    ("PM_BM_ZMS_SECTOR_SIZE", INT, "1024", ()),
    ("PM_MAX_REGISTRANTS", INT, "3", ()),
    ("PM_FLASH_BUFFERS", INT, "4", ()),
    ("PM_SERVICE_CHANGED", BOOL, "y", ("NRF_SDH_BLE_SERVICE_CHANGED",)),
    ("PM_PEER_RANKS", BOOL, "y", ()),
    ("PM_LESC", BOOL, "n", ()),
    ("PM_LESC_GENERATE_NEW_KEYS", BOOL, "n", ("PM_LESC",)),
    ("PM_LESC_PRIVATE_KEY_EXPORT", BOOL, "n", ("PM_LESC",)),
    ("PM_RA_PROTECTION", BOOL, "n", ()),
    ("PM_RA_PROTECTION_TRACKED_PEERS_NUM", INT, "8", ("PM_RA_PROTECTION",)),
    ("PM_RA_PROTECTION_MIN_WAIT_INTERVAL", INT, "4000", ("PM_RA_PROTECTION",)),
    ("PM_RA_PROTECTION_MAX_WAIT_INTERVAL", INT, "64000", ("PM_RA_PROTECTION",)),
    ("PM_RA_PROTECTION_REWARD_PERIOD", INT, "10000", ("PM_RA_PROTECTION",)),
    ("PM_HANDLER_SEC_DELAY_MS", INT, "0", ()),
)
# What the SDK brings, for builds without it.
SDK_OPTIONS = (
    ("BLE_GATT_DB_MAX_CHARS", INT, "6", ()),
    ("NRF_SDH_BLE_TOTAL_LINK_COUNT", INT, "1", ()),
    ("NRF_SDH_BLE_PERIPHERAL_LINK_COUNT", INT, "1", ()),
    ("NRF_SDH_BLE_CENTRAL_LINK_COUNT", INT, "0", ()),
    ("NRF_SDH_BLE_SERVICE_CHANGED", BOOL, "n", ()),
    ("NRF_SDH_BLE_CONN_TAG", INT, "99", ()),
    ("NRF_SDH_BLE_GATT_MAX_MTU_SIZE", INT, "23", ()),
    ("SOFTDEVICE_PERIPHERAL", BOOL, "y", ()),
    ("SOFTDEVICE_CENTRAL", BOOL, "y", ()),
)
STORE_OPTIONS = (
    ("BM_ZMS_OP_QUEUE_SIZE", INT, "16", ()),
    ("BM_ZMS_DATA_CRC", BOOL, "n", ()),
    ("BM_ZMS_LOOKUP_CACHE", BOOL, "n", ()),
    ("BM_ZMS_LOOKUP_CACHE_SIZE", INT, "128", ("BM_ZMS_LOOKUP_CACHE",)),
    ("BM_ZMS_CUSTOMIZE_BLOCK_SIZE", BOOL, "n", ()),
    ("BM_ZMS_CUSTOM_BLOCK_SIZE", INT, "32", ("BM_ZMS_CUSTOMIZE_BLOCK_SIZE",)),
)
# A value inside the range that the description gives, and one outside; the links are a PC's, which has more of them.
RANGES = (
    ("BM_ZMS_LOOKUP_CACHE_SIZE", ("1", "65536"), ("0", "65537"), ("BM_ZMS_LOOKUP_CACHE",)),
    ("NRF_SDH_BLE_CONN_TAG", ("1", "255"), ("0", "256"), ()),
    ("NRF_SDH_BLE_TOTAL_LINK_COUNT", ("0", "5"), ("-1",), ()),
    ("NRF_SDH_BLE_GATT_MAX_MTU_SIZE", ("23", "517"), ("22",), ()),
    ("PM_CONN_STATE_USER_FLAG_COUNT", ("0", "24"), ("25",), ()),
)
# The options of the log and of flags have a meaning in the SDK alone.
MODULE_OPTIONS = (
    ("PM_CONN_STATE_USER_FLAG_COUNT", INT, "24", ()),
    ("PEER_MANAGER_LOG_LEVEL", INT, "3", ("LOG",)),
)
MODULE = ("SOFTDEVICE", "NRF_SDH_BLE", "BM_TIMER", "BM_STORAGE", "PEER_MANAGER_MODULE", "PSA_WANT_ALG_ECDH",
          "PSA_WANT_GENERATE_RANDOM", "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_GENERATE",
          "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_IMPORT", "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_EXPORT",
          "PSA_WANT_ECC_SECP_R1_256", "MBEDTLS_ENABLE_HEAP")


def configure(is_module: bool, needs: tuple[str, ...]) -> kconfiglib.Kconfig:
    os.environ["PM_MODULE"] = str(ROOT)
    path = ROOT / "tests/zephyr/sdk/Kconfig" if is_module else ROOT / "Kconfig"
    kconfig = kconfiglib.Kconfig(str(path), warn_to_stderr=False)
    for name in (*(MODULE if is_module else ()), *needs):
        if not kconfig.syms[name].set_value("y"):
            raise AssertionError(f"{name} is no option that can be set")
    return kconfig


class Options(unittest.TestCase):
    def check(self, is_module: bool, options) -> None:
        for name, kind, default, needs in options:
            with self.subTest(option=name, module=is_module):
                symbol = configure(is_module, needs).syms.get(name)
                self.assertIsNotNone(symbol, "is defined")
                self.assertEqual(kconfiglib.TYPE_TO_STR[symbol.orig_type], kconfiglib.TYPE_TO_STR[kind])
                self.assertEqual(symbol.str_value, default)
                if needs:
                    self.assertIn(configure(is_module, ()).syms[name].str_value, ("", "n"), "depends on " + needs[0])

    def test_in_a_build_of_its_own(self) -> None:
        self.check(False, OPTIONS + SDK_OPTIONS + STORE_OPTIONS)

    def test_as_a_module_of_the_sdk(self) -> None:
        self.check(True, OPTIONS + STORE_OPTIONS + MODULE_OPTIONS)

    def test_ranges(self) -> None:
        for name, inside, outside, needs in RANGES:
            is_module = name == "PM_CONN_STATE_USER_FLAG_COUNT"
            for value in (*inside, *outside):
                with self.subTest(option=name, value=value):
                    symbol = configure(is_module, needs).syms[name]
                    symbol.set_value(value)
                    self.assertEqual(symbol.str_value == value, value in inside)

    def test_on_by_itself(self) -> None:
        self.assertEqual(configure(False, ()).syms["PEER_MANAGER"].str_value, "y")


if __name__ == "__main__":
    unittest.main()
