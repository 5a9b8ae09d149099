#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program peerctl does not show, and what no file makes it do. Usage: peerctl_hostile_test.py PATH_OF_PEERCTL
PATH_OF_GOLDEN_IMAGES
"""
import hashlib
import json
import os
import random
import subprocess
import unittest
import zlib

from peerctl_support import (GOLDEN, MANIFEST, PEERCTL, ScratchTest, find_entry, find_last_entry, records_of, run,
                             run_json, with_sum)


class RedactionTest(ScratchTest):
    def keys_of(self, entry):
        for peer in entry["peers"].values():
            if "bonding" in peer:
                fields = peer["bonding"]["fields"]
                yield "irk", fields["peer_irk"]
                for side in ("peer_ltk", "own_ltk"):
                    yield "ltk", fields[side]["ltk"]

    def assert_hidden(self, out, key):
        reverse = bytes.fromhex(key)[::-1].hex()
        for text in (key, reverse):
            self.assertNotIn(text, out.lower().replace(":", "").replace(" ", ""))
            # Neither half of it: a raw record cut in lines would show that much.
            self.assertNotIn(text[:16], out.lower())

    def test_no_key_is_shown_unless_asked_for_by_name(self):
        seen = 0
        for name, entry in MANIFEST["peer_manager"].items():
            for options in ([], ["--json"], ["--history"], ["--json", "--history"]):
                _, out, error = run("dump", GOLDEN / entry["file"], *options)
                for _, key in self.keys_of(entry):
                    if key != "00" * 16:
                        with self.subTest(name, options=options):
                            self.assert_hidden(out + error, key)
                            seen += 1
        self.assertGreater(seen, 20)

    def test_one_kind_asked_for_shows_that_kind_only(self):
        entry = MANIFEST["peer_manager"]["three_bonds"]
        for asked, other in (("ltk", "irk"), ("irk", "ltk")):
            _, out, _ = run("dump", GOLDEN / entry["file"], "--show-keys", asked)
            for kind, key in self.keys_of(entry):
                if key == "00" * 16:
                    continue
                if kind == asked:
                    self.assertIn(key, out)
                if kind == other:
                    self.assert_hidden(out, key)

    def test_a_bond_of_the_wrong_length_hides_its_octets(self):
        entry = MANIFEST["defective"]["bond_80_stored_short"]
        octets = entry["by_format"]["0x00020007"]
        _, out, _ = run("dump", GOLDEN / entry["file"])
        self.assertNotIn(octets, out)
        _, out, _ = run("dump", GOLDEN / entry["file"], "--show-keys", "ltk,irk")
        self.assertIn(octets, out)


    def assert_no_key_in(self, memory, keys):
        path = self.write(memory)
        for command, options in (("info", []), ("dump", []), ("dump", ["--history"]), ("check", [])):
            for form in ([], ["--json"]):
                code, out, error = run(command, path, *options, *form)
                self.assertNotEqual(code, 2, error)
                for key in keys:
                    with self.subTest(command=command, form=form):
                        self.assert_hidden(out, key)

    def some_bond(self):
        """An image, where one of its bonds has its entry and its value, and the keys in it."""
        memory = bytearray((GOLDEN / "peer_manager/three_bonds.bin").read_bytes())
        fields = MANIFEST["peer_manager"]["three_bonds"]["peers"]["1"]["bonding"]["fields"]
        slot = find_entry(memory, 0x00010007)
        value = slot // 1024 * 1024 + int.from_bytes(memory[slot + 8:slot + 12], "little")
        return memory, slot, value, [fields["peer_irk"], fields["own_ltk"]["ltk"]]

    def test_a_bond_of_a_peer_beyond_the_usual_ids_hides_its_keys(self):
        memory, slot, _, keys = self.some_bond()
        memory[slot + 4:slot + 8] = (0x01000007).to_bytes(4, "little")
        memory[slot:slot + 16] = with_sum(memory[slot:slot + 16])
        self.assert_no_key_in(memory, keys)
        _, dump = run_json("dump", self.write(memory))
        self.assertEqual(dump["other_records"][0]["value"]["own_role"], "peripheral")

    def test_octets_of_a_key_are_hidden_in_a_record_that_reaches_into_it(self):
        for key, start, length in ((0x00000004, 0, 80), (0x00000004, 30, 20), (0x00000099, 0, 80), (0x00000005, -100, 118),
                                   (0x00000007, 8, 80), (0x00000008, 0, 60), (0x00000007, 0, 40)):
            with self.subTest(key=hex(key), start=start, length=length):
                memory, slot, value, keys = self.some_bond()
                last = find_last_entry(memory)
                offset = value % 1024 + start if value % 1024 + start >= 0 else 0
                entry = bytes([0, memory[slot + 1]]) + length.to_bytes(2, "little") + key.to_bytes(4, "little")
                memory[last - 16:last] = with_sum(bytearray(entry + offset.to_bytes(4, "little") + bytes(4)))
                self.assert_no_key_in(memory, keys)
                self.assertIn(f"0x{key:08x}", run("dump", self.write(memory))[1])

    def test_a_bond_that_overran_its_sector_hides_its_keys(self):
        # As a collection of the reference leaves it: the value reaches into the next sector, whose records
        # point there, and its own sector has lost its header.
        memory, slot, value, keys = self.some_bond()
        bond = bytes(memory[value:value + 80])
        sector = bytearray(b"\xff" * 1024)
        cycle = 3
        sector[1008:] = with_sum(bytearray(bytes([0, cycle]) + b"\xff" * 6 + bytes(4) + b"\x01\x42\0\0"))
        sector[992:1008] = with_sum(bytearray(bytes([0, cycle, 0, 0]) + b"\xff" * 4 + (960).to_bytes(4, "little") + b"\xff" * 4))
        sector[976:992] = with_sum(bytearray(bytes([0, cycle, 48, 0]) + (4).to_bytes(4, "little") + bytes(8)))
        sector[960:976] = with_sum(bytearray(bytes([0, cycle, 4, 0]) + (6).to_bytes(4, "little") + b"\x09" + bytes(7)))
        overrun = bytearray(b"\xff" * 1024)
        overrun[976:992] = with_sum(bytearray(bytes([0, 2, 80, 0]) + (0x10007).to_bytes(4, "little") +
                                              (992).to_bytes(4, "little") + bytes(4)))
        memory = overrun + sector + bytearray(b"\xff" * 2048)
        memory[992:992 + 80] = bond
        memory[3072 - 16:3072] = with_sum(bytearray(bytes([0, 1]) + b"\xff" * 6 + bytes(4) + b"\x01\x42\0\0"))
        self.assert_no_key_in(memory, keys)

    def test_sums_over_keys_are_not_told(self):
        memory = bytearray((GOLDEN / "plain/gc_bond_sized_1024x4_crc.bin").read_bytes())
        _, dump = run_json("dump", self.write(memory))
        record = next(r for r in records_of(dump).values() if r["length"] == 80)
        slot = record["sector"] * 1024 + record["slot"]
        place = record["sector"] * 1024 + int.from_bytes(memory[slot + 8:slot + 12], "little")
        memory[place] ^= 1
        value = bytes(memory[place:place + 80])
        code, out, _ = run("check", self.write(memory))
        self.assertEqual(code, 1)
        self.assertIn("data_crc", out)
        self.assertNotIn(f"{zlib.crc32(value):08x}", out)


class HostileFileTest(ScratchTest):
    def assert_refused(self, path, *words):
        for command in ("info", "dump", "check"):
            code, out, error = run(command, path)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(str(path), error)
            for word in words:
                self.assertIn(word, error)

    def test_what_is_no_file_is_refused(self):
        self.assert_refused(self.folder, "regular file")
        self.assert_refused("/dev/null", "regular file")
        self.assert_refused(self.folder / "absent.bin", "cannot be opened", "No such file")
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.assert_refused(fifo, "regular file")

    def test_what_is_no_image_is_refused(self):
        self.assert_refused(self.write(b""), "too few")
        self.assert_refused(self.write(b"my diary" * 512), "no image")
        self.assert_refused(GOLDEN / "plain/noise_1024x4.bin", "no image")

    def test_a_huge_file_is_refused_unread(self):
        path = self.folder / "huge.bin"
        with path.open("wb") as file:
            file.truncate(1 << 40)
        self.assert_refused(path, "at most")

    def test_the_largest_file_is_answered(self):
        path = self.folder / "large.bin"
        with path.open("wb") as file:
            file.truncate(16 << 20)
        self.assert_refused(path, "no image")
        path.write_bytes(b"\xff" * (16 << 20))
        self.assertEqual(run("check", path)[0], 0)

    def test_peers_beyond_the_usual_ids_are_told_one_by_one(self):
        # 300 bonds in the same octets.
        def entry(start, offset, end=bytes(4)):
            return bytes(with_sum(bytearray(b"\0\1" + start + offset.to_bytes(4, "little") + end)))

        header = entry(b"\xff" * 6, 0, b"\x01\x42\0\0")
        bonds = b"".join(entry(b"\x50\0\7\0" + peer.to_bytes(2, "little"), 0) for peer in range(300))
        closed = b"\x01" * 112 + bonds + entry(b"\0\0" + b"\xff" * 4, 112, b"\xff" * 4) + header
        memory = closed + b"\xff" * (len(closed) - 16) + header
        _, dump = run_json("dump", self.write(memory))
        self.assertEqual((len(dump["peers"]), len(dump["other_records"])), (256, 44))

    def test_a_truncated_image_is_told(self):
        memory = (GOLDEN / "plain/closed_2_1024x4.bin").read_bytes()
        self.assert_refused(self.write(memory[:3000]), "truncated", "1024")
        code, _, error = run("check", self.write(memory[:3000]), "--sector-size", "1024")
        self.assertEqual(code, 2)
        self.assertIn("3000 octets are no whole number of sectors of 1024", error)

    def test_a_never_used_partition_is_sound(self):
        code, info = run_json("info", self.write(b"\xff" * 4096))
        self.assertEqual((code, info["records"], info["geometry"]["sector_size_assumed"]), (0, 0, True))

    def test_noise_in_an_image_is_answered_in_bounds(self):
        seed = random.randrange(1 << 32)
        noise = random.Random(seed)
        names = ["peer_manager/three_bonds.bin", "plain/gc_mixed_1024x4.bin", "defective/stale_after_wrap.bin"]
        for turn in range(60):
            memory = bytearray((GOLDEN / noise.choice(names)).read_bytes())
            for _ in range(noise.choice((1, 8, 200))):
                memory[noise.randrange(len(memory))] = noise.randrange(256)
            path = self.write(memory)
            for command in ("info", "dump", "check"):
                with self.subTest(seed=seed, turn=turn, command=command):
                    code, out, _ = run(command, path, "--json")
                    self.assertIn(code, (0, 1, 2))
                    if code != 2:
                        json.loads(out)

    def test_it_never_writes(self):
        path = self.write((GOLDEN / "plain/blank_1024x4.bin").read_bytes())
        path.chmod(0o400)
        before = (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns, os.listdir(self.folder))
        for command in ("info", "dump", "check"):
            self.assertEqual(run(command, path)[0], 0)
        after = (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns, os.listdir(self.folder))
        self.assertEqual(before, after)

    def test_output_that_is_lost_is_told(self):
        for command in ("info", "dump", "check"):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PEERCTL, "image", command, GOLDEN / "peer_manager/three_bonds.bin"], stdout=full,
                                      stderr=subprocess.PIPE, timeout=60, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot be written", done.stderr.decode())

    def test_wrong_use_is_told(self):
        self.assertEqual(run("check", self.folder, "--write-unit", "5")[0], 2)
        self.assertEqual(run("repair", self.folder)[0], 2)
        self.assertEqual(run("dump", GOLDEN / "plain/blank_1024x4.bin", "--show-keys", "passkey")[0], 2)


if __name__ == "__main__":
    unittest.main()
