#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the functions of the C interface returned while the tests ran with the table typed by hand.

table.py TABLE HEADERS... --recorded FILE
"""

import argparse
import re
import sys

# Written here once more, so that a wrong number in a header of ours is no excuse.
NAMES = {
    0: "NRF_SUCCESS", 3: "NRF_ERROR_INTERNAL", 4: "NRF_ERROR_NO_MEM", 5: "NRF_ERROR_NOT_FOUND",
    6: "NRF_ERROR_NOT_SUPPORTED", 7: "NRF_ERROR_INVALID_PARAM", 8: "NRF_ERROR_INVALID_STATE",
    9: "NRF_ERROR_INVALID_LENGTH", 11: "NRF_ERROR_INVALID_DATA", 12: "NRF_ERROR_DATA_SIZE",
    13: "NRF_ERROR_TIMEOUT", 14: "NRF_ERROR_NULL", 15: "NRF_ERROR_FORBIDDEN", 16: "NRF_ERROR_INVALID_ADDR",
    17: "NRF_ERROR_BUSY", 18: "NRF_ERROR_CONN_COUNT", 19: "NRF_ERROR_RESOURCES",
    0x3002: "BLE_ERROR_INVALID_CONN_HANDLE", 0x3202: "BLE_ERROR_GAP_INVALID_BLE_ADDR",
    0x3203: "BLE_ERROR_GAP_WHITELIST_IN_USE", 0x3204: "BLE_ERROR_GAP_DEVICE_IDENTITIES_IN_USE",
    0x3205: "BLE_ERROR_GAP_DEVICE_IDENTITIES_DUPLICATE", 0x3206: "BLE_ERROR_GAP_ZERO_IRK_NOT_ALLOWED",
}
TRUTH = {"pm_sec_is_sufficient", "pm_address_resolve"}
POINTERS = {"nrf_ble_lesc_public_key_get", "nrf_ble_lesc_own_oob_data_get"}
DECLARATION = re.compile(r"^(\w+[\s*]+)(pm_\w+|nrf_ble_lesc_\w+)\((?!\*)", re.MULTILINE)


def functions(headers):
    """Name -> whether it has a result, of every function that the headers declare."""
    found = {}
    for path in headers:
        with open(path, encoding="utf-8") as file:
            for result, name in DECLARATION.findall(file.read()):
                found[name] = result.strip() != "void"
    return found


def word(function, number, has_result):
    """A recorded number as the table writes it."""
    if not has_result:
        return "void"
    if function in TRUTH:
        return "true" if number else "false"
    if function in POINTERS:
        return "pointer" if number else "NULL"
    if function == "pm_next_peer_id_get":
        return "PM_PEER_ID_INVALID" if number == 0xFFFF else "peer"
    if function == "pm_peer_count":
        return "count" if number else "0"
    return NAMES.get(number, f"{number:#x}")


def read_table(path):
    """(pairs that occur, pairs that never do, complaints)."""
    occur, never, complaints = set(), set(), []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = line.split(maxsplit=2)
            if len(parts) < 3:
                complaints.append(f"{path}:{number}: function, result and when")
                continue
            pair = (parts[0], parts[1])
            if pair in occur | never:
                complaints.append(f"{path}:{number}: {pair[0]} {pair[1]} twice")
            (never if parts[2].startswith("never:") else occur).add(pair)
    return occur, never, complaints


def compare(table, headers, recorded):
    """Complaints, and the number of pairs that occur."""
    occur, never, complaints = read_table(table)
    declared = functions(headers)
    try:
        with open(recorded, encoding="utf-8") as file:
            seen = {(name, word(name, int(number), declared.get(name, True)))
                    for name, number in (line.split() for line in file)}
    except FileNotFoundError:
        seen = set()
    complaints += [f"not declared, but in the table: {name}"
                   for name in sorted({pair[0] for pair in occur | never} - set(declared))]
    complaints += [f"declared, but not in the table: {name}"
                   for name in sorted(set(declared) - {pair[0] for pair in occur})]
    complaints += [f"returned, but not in the table: {name} {result}"
                   for name, result in sorted(seen - occur - never)]
    complaints += [f"returned, but in the table as never: {name} {result}" for name, result in sorted(seen & never)]
    complaints += [f"in the table, but no test made it happen: {name} {result}"
                   for name, result in sorted(occur - seen)]
    return complaints, len(occur)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("headers", nargs="+")
    parser.add_argument("--recorded", required=True)
    arguments = parser.parse_args()
    complaints, count = compare(arguments.table, arguments.headers, arguments.recorded)
    for complaint in complaints:
        print(complaint)
    print(f"{count} pairs of function and result, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
