# SPDX-License-Identifier: Apache-2.0
"""The module of the SDK: its Kconfig among the SDK's symbols, and its CMake among the SDK's functions (both stand-ins).

What must be compiled is found here in the sources themselves, not in the lists that the build uses."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import kconfiglib

ROOT = Path(__file__).resolve().parent.parent.parent
SDK = Path(__file__).resolve().parent / "sdk"

BASE = {"SOFTDEVICE": "y", "NRF_SDH_BLE": "y", "BM_TIMER": "y", "BM_STORAGE": "y", "BM_ZMS": "y",
        "PEER_MANAGER_MODULE": "y"}
PSA = {name: "y" for name in (
    "PSA_WANT_ALG_ECDH", "PSA_WANT_GENERATE_RANDOM", "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_GENERATE",
    "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_IMPORT", "PSA_WANT_KEY_TYPE_ECC_KEY_PAIR_EXPORT", "PSA_WANT_ECC_SECP_R1_256")}
SLOTS = {"MBEDTLS_PSA_STATIC_KEY_SLOTS": "y", "MBEDTLS_PSA_KEY_SLOT_COUNT": "1"}

# Typed from the interface of the SDK's library: what an option is when nobody sets it. None: not there.
DEFAULTS = {
    "PM_BM_ZMS_SECTOR_SIZE": "1024", "PM_MAX_REGISTRANTS": "3", "PM_FLASH_BUFFERS": "4", "PM_SERVICE_CHANGED": "n",
    "PM_PEER_RANKS": "y", "PM_LESC": "n", "PM_LESC_GENERATE_NEW_KEYS": "n", "PM_RA_PROTECTION": "n",
    "PM_HANDLER_SEC_DELAY_MS": "0", "PM_CONN_STATE_USER_FLAG_COUNT": "24", "PM_RA_PROTECTION_TRACKED_PEERS_NUM": "",
    "BM_ZMS_OP_QUEUE_SIZE": "16", "CPP": "y", "REQUIRES_FULL_LIBCPP": "y",
}
REPEATED_ATTEMPTS = {
    "PM_RA_PROTECTION_TRACKED_PEERS_NUM": "8", "PM_RA_PROTECTION_MIN_WAIT_INTERVAL": "4000",
    "PM_RA_PROTECTION_MAX_WAIT_INTERVAL": "64000", "PM_RA_PROTECTION_REWARD_PERIOD": "10000",
}


# Sources of the target in src/c_api that define none of the public functions: composition, hooks, observers.
NAMELESS_SOURCES = ("nordic.cpp", "nordic_hooks.c", "observers.c")


def configure(wanted: dict[str, str]) -> kconfiglib.Kconfig:
    os.environ["PM_MODULE"] = str(ROOT)
    kconfig = kconfiglib.Kconfig(str(SDK / "Kconfig"), warn_to_stderr=False)
    if kconfig.warnings:
        raise AssertionError(kconfig.warnings)
    # What other symbols hang on comes first.
    for name, value in wanted.items():
        if not kconfig.syms[name].set_value(value):
            raise AssertionError(f"{name}={value} is no value")
    return kconfig


class Kconfig(unittest.TestCase):
    def assert_values(self, wanted: dict[str, str], expected: dict[str, str]):
        kconfig = configure(wanted)
        self.assertEqual({name: kconfig.syms[name].str_value for name in expected}, expected)

    def test_off_unless_asked_for(self):
        asked = {**BASE}
        del asked["PEER_MANAGER_MODULE"]
        self.assert_values(asked, {"PEER_MANAGER_MODULE": "n", "CPP": "n", "PM_MAX_REGISTRANTS": ""})

    def test_options_have_the_defaults_of_the_library_it_replaces(self):
        self.assert_values(BASE, DEFAULTS)
        self.assert_values({**BASE, "PM_RA_PROTECTION": "y"}, REPEATED_ATTEMPTS)
        self.assert_values({**BASE, "NRF_SDH_BLE_SERVICE_CHANGED": "y"}, {"PM_SERVICE_CHANGED": "y"})
        self.assert_values({**BASE, "LOG": "y"}, {"PEER_MANAGER_LOG_LEVEL": "3"})

    def test_never_beside_the_library_it_replaces(self):
        self.assert_values({**BASE, "PEER_MANAGER": "y"}, {"PEER_MANAGER": "y", "PEER_MANAGER_MODULE": "n"})

    def test_needs_what_it_stands_on(self):
        for name in ("SOFTDEVICE", "NRF_SDH_BLE", "BM_TIMER", "BM_STORAGE"):
            with self.subTest(without=name):
                self.assert_values({**BASE, name: "n"}, {"PEER_MANAGER_MODULE": "n"})

    def test_secure_connections_need_every_piece_of_cryptography_and_a_place_for_a_key(self):
        whole = {**BASE, **PSA, **SLOTS, "PM_LESC": "y"}
        self.assert_values(whole, {"PM_LESC": "y", "PM_LESC_GENERATE_NEW_KEYS": "n"})
        for name in PSA:
            with self.subTest(without=name):
                self.assert_values({**whole, name: "n"}, {"PM_LESC": "n"})
        self.assert_values({**whole, "MBEDTLS_PSA_KEY_SLOT_COUNT": "0"}, {"PM_LESC": "n"})
        self.assert_values({**whole, "MBEDTLS_PSA_STATIC_KEY_SLOTS": "n"}, {"PM_LESC": "n"})
        self.assert_values({**BASE, **PSA, "MBEDTLS_ENABLE_HEAP": "y", "PM_LESC": "y"}, {"PM_LESC": "y"})

    def test_own_store_where_the_sdk_s_is_off(self):
        self.assert_values(BASE, {"PEER_MANAGER_MODULE_ZMS": "n", "ZMS_INDEX_SIZE": ""})
        self.assert_values({**BASE, "BM_ZMS": "n"}, {"PEER_MANAGER_MODULE_ZMS": "y", "ZMS_INDEX_SIZE": "96",
                                                     "BM_ZMS_OP_QUEUE_SIZE": "16"})

    def test_every_option_of_this_repository_is_there(self):
        """An application that was developed on a PC configures the target by the same names."""
        own = kconfiglib.Kconfig(str(ROOT / "Kconfig"), warn_to_stderr=False)
        module = configure(BASE)
        missing = [name for name in own.syms if name.startswith(("PM_", "ZMS_", "BM_ZMS_"))
                   and name in own.defined_syms and name not in module.syms]
        self.assertEqual(missing, [])


def sources_of_the_target() -> set[Path]:
    """By what they define and for whom: the whole core, the Nordic adapter, and the C faces that the target has."""
    found = {path for folder in ("src/base", "src/ports", "src/peer_manager", "src/adapters/nordic")
             for path in (ROOT / folder).rglob("*") if path.suffix in (".c", ".cpp")}
    headers = (ROOT / "include/bm/bluetooth/peer_manager").glob("*.h")
    declared = {name for header in headers
                for name in re.findall(r"^[a-z][\w ]*[\s*](\w+)\(", header.read_text(), re.M)}
    for path in (ROOT / "src/c_api").glob("*.c*"):
        text = path.read_text()
        defined = set(re.findall(r"^[a-z][\w ]*[\s*](\w+)\([^;{]*\) \{", text, re.M))
        if defined & declared or path.name in NAMELESS_SOURCES:
            found.add(path)
    return found


def files_of(source: Path) -> list[Path]:
    """A source of the repository itself, or those that the one which stands for all includes."""
    if source.resolve().is_relative_to(ROOT / "src"):
        return [source.resolve()]
    return [Path(name).resolve() for name in re.findall(r'#include "(.+)"', source.read_text())] or [source]


class Build(unittest.TestCase):
    def setUp(self):
        # pylint: disable=consider-using-with
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.build = Path(temporary.name) / "build"

    def run_cmake(self, wanted: dict[str, str], partition: str) -> subprocess.CompletedProcess:
        kconfig = configure(wanted)
        config = self.build.parent / "config.cmake"
        lines = [f'set(CONFIG_{sym.name} "{sym.str_value}")\n' for sym in kconfig.unique_defined_syms
                 if sym.str_value not in ("", "n")]
        config.write_text("".join(lines))
        # The compilers are not to be tried out: nothing is compiled.
        return subprocess.run(
            ["cmake", "-S", str(SDK), "-B", str(self.build), "-G", "Ninja", f"-DPM_MODULE={ROOT}",
             f"-DPM_CONFIG={config}", f"-DPM_PARTITION={partition}", "-DCMAKE_C_COMPILER_FORCED=ON",
             "-DCMAKE_CXX_COMPILER_FORCED=ON"], capture_output=True, text=True, check=False)

    # By configuration: each is the same for every test that looks at it.
    known_commands: dict[str, dict[Path, str]] = {}

    def commands(self, wanted: dict[str, str]) -> dict[Path, str]:
        if str(wanted) not in self.known_commands:
            self.known_commands[str(wanted)] = self.read_commands(wanted)
        return self.known_commands[str(wanted)]

    def read_commands(self, wanted: dict[str, str]) -> dict[Path, str]:
        result = self.run_cmake(wanted, "4096")
        self.assertEqual(result.returncode, 0, result.stderr)
        entries = json.loads((self.build / "compile_commands.json").read_text())
        return {file: entry["command"] for entry in entries if "peer_manager_module.dir" in entry["command"]
                for file in files_of(Path(entry["file"]))}

    def test_every_source_of_the_target_is_compiled(self):
        commands = self.commands(BASE)
        missing = sources_of_the_target() - set(commands)
        self.assertEqual(missing, set())
        strange = {path for path in commands if not path.is_relative_to(ROOT / "src")}
        self.assertEqual(strange, set())
        foreign = {path for path in commands
                   for part in ("host", "sim", "hci", "zms", "device", "linux") if f"src/{part}/" in str(path)}
        self.assertEqual(foreign, set(), "of the PC, or of the other store")

    def test_own_store_is_compiled_where_the_sdk_s_is_off(self):
        commands = self.commands({**BASE, "BM_ZMS": "n"})
        wanted = {path.resolve() for path in (ROOT / "src/zms").glob("*.cpp")}
        wanted.add(ROOT / "src/c_api/bm_zms.cpp")
        self.assertEqual(wanted - set(commands), set())
        self.assertEqual(sources_of_the_target() - set(commands), set())

    def test_dialect_and_flags_are_the_library_s_whatever_the_application_s_are(self):
        for path, command in self.commands(BASE).items():
            if path.suffix == ".cpp":
                self.assertEqual(re.findall(r"-std=(\S+)", command)[-1], "gnu++20", command)
                for flag in ("-fno-exceptions", "-fno-rtti", "-DSTAND_IN"):
                    self.assertIn(flag, command)
            self.assertNotIn("include/sdk", command, "declarations are the SDK's")
            self.assertNotIn("include/softdevice", command, "declarations are the SDK's")
            self.assertNotIn("PM_STORAGE_PARTITION", command, "the partition is the devicetree's")

    def test_the_home_compiles_against_the_sdk_with_the_devicetree_s_partition(self):
        """All of the library, by the command that the module made."""
        command = next(line for path, line in self.read_commands(BASE).items() if path.name == "nordic.cpp")
        autoconf = Path(self.build).parent / "autoconf.h"
        configure(BASE).write_autoconf(str(autoconf))
        sdk = [f"-I{folder}" for folder in (SDK / "include", ROOT / "include/sdk", ROOT / "include/softdevice")]
        # The SDK's symbols that have a number.
        numbers = [f"-DCONFIG_{name}" for name in ("NRF_SDH_BLE_TOTAL_LINK_COUNT=1", "BLE_GATT_DB_MAX_CHARS=6")]
        # The SDK's options come before those of a source.
        compiler, *options = command.split()
        result = subprocess.run([compiler, "-include", str(autoconf), *options, *sdk, *numbers, "-fsyntax-only",
                                 "-Wall", "-Werror"], capture_output=True, text=True, check=False, cwd=self.build.parent)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_nothing_is_built_when_it_is_off(self):
        result = self.run_cmake({**BASE, "PEER_MANAGER_MODULE": "n"}, "")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("peer_manager", (self.build / "build.ninja").read_text())

    def test_a_partition_that_cannot_hold_bonds(self):
        for partition, said in (("", "peer_manager_partition"), ("1024", "two at least"), ("4100", "whole number")):
            with self.subTest(partition=partition):
                result = self.run_cmake(BASE, partition)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(said, " ".join(result.stderr.split()))


class ModuleFile(unittest.TestCase):
    def test_names_what_is_there(self):
        text = (ROOT / "zephyr/module.yml").read_text()
        self.assertIn("\nbuild:\n", text)
        folder = re.search(r"^  cmake: (\S+)$", text, re.M)[1]
        self.assertTrue((ROOT / folder / "CMakeLists.txt").is_file())
        self.assertTrue((ROOT / re.search(r"^  kconfig: (\S+)$", text, re.M)[1]).is_file())


if __name__ == "__main__":
    unittest.main()
