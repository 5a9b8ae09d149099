#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program peerctl on images of the reference. Usage: peerctl_test.py PATH_OF_PEERCTL PATH_OF_GOLDEN_IMAGES

Expected values are the manifest's, made with the reference implementation (tests/data/README.md).
"""
import re
import tempfile
import unittest
from pathlib import Path

from peerctl_support import GOLDEN, IMAGES, MANIFEST, ScratchTest, findings_of, records_of, run, run_json, with_sum

# Kinds of findings that the reference's faults may leave besides the one that an image is about.
HARMLESS = {"stride_gap", "uncertain_length", "close_offset_low", "foreign_octets"}
FORMAT_TEXT = Path(__file__).parents[2] / "docs/formats/zms.md"


class InfoTest(unittest.TestCase):
    def test_geometry_sectors_and_positions_are_found(self):
        for name, entry in {**IMAGES, **MANIFEST["defective"]}.items():
            with self.subTest(name):
                code, info = run_json("info", GOLDEN / entry["file"])
                self.assertEqual(code, 0)
                geometry = info["geometry"]
                self.assertEqual(geometry["sector_size"], entry["sector_size"])
                self.assertEqual(geometry["sector_count"], entry["sector_count"])
                # What no value shows is assumed, and said to be.
                if not geometry["write_unit_assumed"]:
                    self.assertEqual(geometry["write_unit"], entry["write_block"])
                if not geometry["data_crc_assumed"]:
                    self.assertEqual(geometry["data_crc"], entry["data_crc"])
                self.assertEqual(info["sectors"], entry["sectors"])
                self.assertEqual(info["current"], entry["current"])
                self.assertEqual(info["wear"]["highest_cycle"], max(s["cycle"] for s in entry["sectors"]))
                if "next_ate" in entry:
                    self.assertEqual((info["next_entry"], info["next_data"]), (entry["next_ate"], entry["next_data"]))
                if "mount_writes" in entry:
                    self.assertEqual(info["mount"] != "writes nothing", entry["mount_writes"])

    def test_write_unit_and_crc_are_assumed_only_where_nothing_shows_them(self):
        for name, entry in IMAGES.items():
            with self.subTest(name):
                _, info = run_json("info", GOLDEN / entry["file"])
                values = [bytes.fromhex(value) for value in entry.get("records", {}).values() if value]
                if any(len(value) > 8 for value in values):
                    self.assertFalse(info["geometry"]["data_crc_assumed"])
                # These hold values of every length, so that some start between multiples of 8.
                if name.startswith("lengths_1024x4_wb4"):
                    self.assertFalse(info["geometry"]["write_unit_assumed"])

    def test_free_space_is_what_the_reference_counts_and_what_there_is(self):
        counted = 0
        for name, entry in IMAGES.items():
            if "free_by_live_values" not in entry:
                continue
            with self.subTest(name):
                counted += 1
                unit = ["--write-unit", str(entry["write_block"])]
                _, info = run_json("info", GOLDEN / entry["file"], *unit)
                self.assertEqual(info["free"]["by_live_values"], entry["free_by_live_values"])
                self.assertEqual(info["free"]["as_reference"], entry["free_as_reference"])
                self.assertEqual(info["free"]["active_sector"], entry["active_sector_free"])
        self.assertGreater(counted, 40)

    def test_bonds_are_counted(self):
        for name, entry in MANIFEST["peer_manager"].items():
            with self.subTest(name):
                _, info = run_json("info", GOLDEN / entry["file"])
                self.assertEqual(info["bonds"], sum("bonding" in peer for peer in entry["peers"].values()))
                self.assertEqual(info["records"], sum(len(peer) for peer in entry["peers"].values()))

    def test_text_says_the_same(self):
        code, out, _ = run("info", GOLDEN / "peer_manager/three_bonds.bin")
        self.assertEqual(code, 0)
        self.assertIn("geometry: 4 sectors of 1024 octets, write unit 16", out)
        self.assertIn("3 bonds", out)


class DumpTest(unittest.TestCase):
    def test_every_record_and_no_other_is_there(self):
        for name, entry in MANIFEST["images"].items():
            with self.subTest(name):
                code, dump = run_json("dump", GOLDEN / entry["file"])
                self.assertEqual(code, 0)
                records = records_of(dump)
                live = {key: value for key, value in entry["records"].items() if value is not None}
                self.assertEqual(records.keys(), live.keys())
                for key, value in live.items():
                    self.assertEqual(records[key]["length"], len(value) // 2)
                    if int(key, 16) & 0xFFFF > 9:
                        self.assertEqual(records[key]["value"], value)

    def test_older_versions_are_there_on_demand(self):
        seen = 0
        for name, entry in MANIFEST["images"].items():
            for key, versions in entry.get("history", {}).items():
                with self.subTest(name, key=key):
                    _, dump = run_json("dump", GOLDEN / entry["file"], "--history")
                    record = records_of(dump)[key]
                    found = [record, *record["older"]]
                    lengths = [0 if "removed" in version else version["length"] for version in found]
                    self.assertEqual(lengths, [len(value or "") // 2 for value in versions])
                    seen += 1
        self.assertGreater(seen, 10)

    def check_bonding(self, shown, fields):
        octets = bytes.fromhex(fields["peer_address_lsb_first"])
        self.assertEqual(shown["own_role"], fields["own_role"])
        self.assertEqual(shown["address"], octets[::-1].hex(":"))
        types = {0: "public", 1: "random static", 2: "random private resolvable"}
        self.assertEqual(shown["address_type"], types[fields["peer_address_type"]])
        self.assertEqual(shown["address_is_identity"], bool(fields["peer_address_is_identity"]))
        none = "00" * 16
        self.assertEqual(shown["irk"], "none" if fields["peer_irk"] == none else fields["peer_irk"])
        for side in ("peer_ltk", "own_ltk"):
            expected = fields[side]
            self.assertEqual(shown[side], {
                "ltk": "none" if expected["ltk"] == none else expected["ltk"], "size": expected["ltk_length"],
                "lesc": bool(expected["lesc"]), "authenticated": bool(expected["authenticated"]),
                "ediv": expected["ediv"], "rand": expected["rand"]})

    def check_services(self, shown, fields):
        self.assertEqual(len(shown), len(fields))
        for service, expected in zip(shown, fields):
            for name in ("uuid", "uuid_type", "start_handle", "end_handle"):
                self.assertEqual(service[name], expected[name])
            self.assertEqual(len(service["characteristics"]), expected["characteristic_count"])
            for characteristic, wanted in zip(service["characteristics"], expected["characteristics"]):
                self.assertEqual(characteristic["uuid"], wanted["uuid"])
                bits = {"read": 0x02, "write": 0x08, "notify": 0x10, "indicate": 0x20}
                for name, bit in bits.items():
                    self.assertEqual(name in characteristic["properties"].split(", "),
                                     bool(int(wanted["properties"], 16) & bit))
                handles = characteristic["handles"]
                for short, name in (("declaration", "handle_declaration"), ("value", "handle_value"),
                                    ("cccd", "handle_cccd"), ("user_description", "handle_user_desc"),
                                    ("report_reference", "handle_report_ref"),
                                    ("extended_properties", "handle_ext_prop")):
                    self.assertEqual(handles.get(short, 0), wanted[name])

    def test_records_of_peers_are_decoded_as_the_manifest_decodes_them(self):
        for name, entry in MANIFEST["peer_manager"].items():
            _, dump = run_json("dump", GOLDEN / entry["file"], "--show-keys", "ltk,irk")
            self.assertEqual(dump["peers"].keys(), entry["peers"].keys())
            self.assertEqual(dump["other_records"], [])
            for peer, kinds in entry["peers"].items():
                self.assertEqual(dump["peers"][peer].keys(), kinds.keys())
                for kind, record in kinds.items():
                    with self.subTest(name, peer=peer, kind=kind):
                        shown = dump["peers"][peer][kind]
                        self.assertEqual((shown["key"], shown["length"]), (record["key"], record["length"]))
                        value, fields = shown["value"], record["fields"]
                        if kind == "bonding":
                            self.check_bonding(value, fields)
                        elif kind == "remote_database":
                            self.check_services(value, fields)
                        elif kind == "local_gatt":
                            self.assertEqual(value["system_attributes"], fields["system_attributes"])
                            self.assertEqual((value["system_services"], value["user_services"]), (True, True))
                        elif kind in ("service_changed_pending", "central_address_resolution"):
                            self.assertEqual(value, bool(fields))
                        else:
                            self.assertEqual(value, fields)


class CheckTest(unittest.TestCase):
    def test_images_of_the_reference_at_rest_are_sound(self):
        for name, entry in IMAGES.items():
            with self.subTest(name):
                code, findings = findings_of(GOLDEN / entry["file"])
                self.assertEqual((code, [f for f in findings if f["severity"] == "damage"]), (0, []))

    def test_defects_are_named_as_what_they_are(self):
        for name, entry in MANIFEST["defective"].items():
            with self.subTest(name):
                code, findings = findings_of(GOLDEN / entry["file"])
                kinds = {finding["kind"] for finding in findings}
                self.assertLessEqual(set(entry["kinds"]), kinds)
                self.assertLessEqual(kinds - set(entry["kinds"]), HARMLESS)
                self.assertEqual(code, 0 if entry["harmless"] else 1)
                for finding in findings:
                    self.assertTrue(finding["meaning"])
                    self.assertLess(finding["sector"], entry["sector_count"])
                    self.assertLess(finding["offset"], entry["sector_size"])

    def test_suspects_are_pointed_at(self):
        for name, entry in MANIFEST["defective"].items():
            with self.subTest(name):
                _, findings = findings_of(GOLDEN / entry["file"])
                found = {f["key"] for f in findings if f["severity"] == "damage"} - {None}
                suspects = set(entry.get("suspect_ids", []))
                wrong = set(entry["by_format"])
                self.assertLessEqual(wrong & suspects, found)
                self.assertLessEqual(found, suspects | wrong)
                # Stale entries that were overwritten since have left no trace.
                if "stale_entry" not in entry["kinds"]:
                    self.assertLessEqual(suspects, found)

    def test_a_power_cut_is_no_damage(self):
        images = 0
        for name, entry in MANIFEST["interrupted"].items():
            memory = bytearray((GOLDEN / entry["base"]).read_bytes())
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "image.bin"
                # The first images are the blank ones; every third is enough for the time it takes.
                for step, (offset, octets) in enumerate(entry["ops"], 1):
                    memory[offset:offset + len(octets) // 2] = bytes.fromhex(octets)
                    if step % 3 != 0 and step != len(entry["ops"]):
                        continue
                    path.write_bytes(memory)
                    options = ["--sector-size", str(entry["sector_size"])]
                    with self.subTest(name, step=step):
                        code, findings = findings_of(path, *options)
                        self.assertEqual(code, 0, findings)
                        images += 1
        self.assertGreater(images, 100)


class DamageTest(ScratchTest):
    """A sound image with one thing wrong."""

    def setUp(self):
        super().setUp()
        self.memory = bytearray((GOLDEN / "peer_manager/three_bonds.bin").read_bytes())

    def verdict(self, *options):
        return findings_of(self.write(self.memory), *options)

    def slot_of(self, key):
        _, dump = run_json("dump", GOLDEN / "peer_manager/three_bonds.bin")
        record = records_of(dump)[key]
        return record["sector"] * 1024 + record["slot"]

    def test_a_flipped_bit_in_an_entry(self):
        slot = self.slot_of("0x00010007")
        self.memory[slot + 8] ^= 0x10
        code, findings = self.verdict()
        self.assertEqual(code, 1)
        self.assertIn(("damaged_entry", slot // 1024, slot % 1024),
                      [(f["kind"], f["sector"], f["offset"]) for f in findings])

    def test_an_interrupted_clear_is_no_damage_and_a_lost_close_ate_is(self):
        whole = bytearray((GOLDEN / "plain/closed_1_1024x4.bin").read_bytes())
        self.memory = bytearray(whole)
        # Our store empties the sector in use, the second one, last.
        for sector in (2, 3, 0):
            place = sector * 1024 + 1008
            cycle = self.memory[place + 1] + 1 if self.memory[place] != 0xFF or self.memory[place + 1] != 0xFF else 1
            self.memory[place:place + 16] = with_sum(bytearray(bytes([0, cycle]) + b"\xff" * 6 + bytes(4) +
                                                               b"\x01\x42\0\0"))
        code, findings = self.verdict()
        self.assertEqual(code, 0, findings)
        self.assertIn(("interrupted_clear", 1), [(f["kind"], f["sector"]) for f in findings])

        self.memory = whole
        self.memory[992 + 2] ^= 1
        code, findings = self.verdict()
        self.assertEqual(code, 1)
        self.assertIn(("not_current", 1), [(f["kind"], f["sector"]) for f in findings])

    def test_another_version_of_the_format(self):
        header = bytes.fromhex("ff01ffffffffffff00000000024200")
        self.memory[0x3F0:0x3FF] = with_sum(bytearray(header + b"\0"))[:15]
        code, findings = self.verdict()
        self.assertEqual(code, 1)
        self.assertIn("version", [f["kind"] for f in findings])

    def test_a_wrong_sum_of_a_value(self):
        self.memory = bytearray((GOLDEN / "plain/gc_bond_sized_1024x4_crc.bin").read_bytes())
        path = self.write(self.memory)
        _, dump = run_json("dump", path)
        record = next(r for r in records_of(dump).values() if r["length"] == 80)
        place = record["sector"] * 1024 + record["slot"]
        self.memory[record["sector"] * 1024 + int.from_bytes(self.memory[place + 8:place + 12], "little")] ^= 1
        code, findings = self.verdict()
        self.assertEqual(code, 1)
        self.assertIn(("data_crc", record["key"]), [(f["kind"], f["key"]) for f in findings])

    def test_a_value_that_reaches_into_the_entries(self):
        slot = self.slot_of("0x00010007")
        entry = self.memory[slot:slot + 16]
        entry[8:12] = (0x3E0).to_bytes(4, "little")
        self.memory[slot:slot + 16] = with_sum(entry)
        code, findings = self.verdict()
        self.assertEqual(code, 1)
        self.assertIn(("value_outside", "0x00010007"), [(f["kind"], f["key"]) for f in findings])


class FormatTextTest(ScratchTest):
    """The worked example of docs/formats/zms.md."""

    def entries(self):
        text = FORMAT_TEXT.read_text(encoding="utf-8")
        return [(int(place, 16), bytes.fromhex(octets))
                for place, octets in re.findall(r"^([0-9a-f]{4})  ((?:[0-9a-f]{2} ){16})", text, re.MULTILINE)]

    def test_it_is_an_image_that_says_what_the_text_says(self):
        memory = bytearray(b"\xff" * 4096)
        memory[0:80] = bytes(range(80))
        memory[0x50:0x50 + 17] = bytes(range(0xA0, 0xB1))
        self.assertEqual(len(self.entries()), 6)
        for place, octets in self.entries():
            self.assertEqual(with_sum(bytearray(octets)), octets)
            memory[place:place + 16] = octets
        path = self.write(memory)
        _, info = run_json("info", path)
        self.assertEqual((info["geometry"]["sector_size"], info["geometry"]["sector_count"]), (1024, 4))
        self.assertEqual(info["sectors"][0], {"state": "open", "cycle": 1})
        self.assertEqual((info["next_entry"], info["next_data"], info["records"]), (0x380, 0x70, 2))
        # The reference's own numbers for these requests.
        self.assertEqual((info["free"]["as_reference"], info["free"]["active_sector"]), (2736, 768))
        records = records_of(run_json("dump", path, "--history")[1])
        self.assertEqual(records.keys(), {"0x00000006", "0x00000007", "0x00010004"})
        removed = records["0x00000006"]
        self.assertTrue(removed["removed"])
        self.assertEqual([older["value"] for older in removed["older"]], [1])
        self.assertEqual((records["0x00000007"]["length"], records["0x00000007"]["slot"]), (80, 0x3B0))
        self.assertEqual(records["0x00010004"]["value"], bytes(range(0xA0, 0xB1)).hex())


if __name__ == "__main__":
    unittest.main()
