#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program pm-air, seen from its clients. Usage: pm_air_test.py PATH_OF_PM_AIR"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PM_AIR = sys.argv.pop(1)
COMMAND_COMPLETE, COMMAND_STATUS, LE_META, DISCONNECTED = 0x0E, 0x0F, 0x3E, 0x05


class Host:
    """A raw HCI client."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(20)

    def read(self):
        indicator = self.exactly(1)
        if indicator[0] == 4:
            header = self.exactly(2)
            return indicator + header + self.exactly(header[1])
        header = self.exactly(4)
        return indicator + header + self.exactly(header[2] | header[3] << 8)

    def exactly(self, size):
        octets = b""
        while len(octets) < size:
            more = self.socket.recv(size - len(octets))
            if not more:
                raise EOFError
            octets += more
        return octets

    def event(self, *codes):
        while True:
            packet = self.read()
            if packet[0] == 4 and packet[1] in codes:
                return packet

    def command(self, opcode, parameters=b""):
        """Returns the answer, and checks that its status is success."""
        header = bytes([1, opcode & 255, opcode >> 8, len(parameters)])
        self.socket.sendall(header + parameters)
        answer = self.event(COMMAND_COMPLETE, COMMAND_STATUS)
        status = answer[6] if answer[1] == COMMAND_COMPLETE else answer[3]
        assert status == 0, answer.hex()
        return answer

    def start_up(self):
        self.command(0x0C03)
        self.command(0x0C01, b"\xff" * 8)
        self.command(0x2001, b"\xff" * 8)


class PmAir(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "air.sock")
        self.tap = os.path.join(self.folder.name, "air.jsonl")
        self.processes = []
        self.hosts = []

    def tearDown(self):
        for host in self.hosts:
            host.socket.close()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.folder.cleanup()

    def start(self, *options):
        process = subprocess.Popen(
            [PM_AIR, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process, process.stdout.readline()

    def refuse(self, *options):
        done = subprocess.run(
            [PM_AIR, *options], capture_output=True, text=True, timeout=30, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def unix(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.path)
        return self.host(connection)

    def host(self, connection):
        self.hosts.append(Host(connection))
        return self.hosts[-1]

    def test_two_hosts_meet_and_one_vanishes(self):
        process, line = self.start(
            "--unix", self.path, "--tcp", "127.0.0.1:0", "--tap", self.tap, "--seed", "5")
        port = int(line.split("127.0.0.1:")[1].split(",")[0])
        here, there = self.unix(), self.host(socket.create_connection(("127.0.0.1", port)))
        for host in (here, there):
            host.start_up()
        address = here.command(0x1009)[7:13]
        here.command(0x2006, bytes.fromhex("200020000000000000000000000700"))
        here.command(0x2008, b"\x03\x02\x01\x06" + b"\0" * 28)
        here.command(0x200A, b"\x01")
        there.command(0x200D, bytes.fromhex("100010000000") + address
                      + bytes.fromhex("00180028000000640000000000"))
        self.assertEqual(there.event(LE_META)[3:5].hex(), "0a00")
        self.assertEqual(here.event(LE_META)[3:5].hex(), "0a00")

        hostile = self.unix()
        hostile.socket.sendall(b"\xff\xff\xff")
        self.assertEqual(hostile.socket.recv(10), b"")

        there.socket.close()
        gone = here.event(DISCONNECTED)
        self.assertEqual(gone[6], 0x08)

        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)
        self.assertFalse(os.path.exists(self.path))
        with open(self.tap, encoding="ascii") as tap:
            kinds = [json.loads(line)["kind"] for line in tap]
        self.assertEqual(kinds, ["adv", "connect", "ll"])

    def test_packets_may_come_in_pieces(self):
        self.start("--unix", self.path)
        host = self.unix()
        for octet in b"\x01\x03\x0c\x00":
            host.socket.sendall(bytes([octet]))
        self.assertEqual(host.read().hex(), "040e0401030c00")

    def test_a_stale_socket_is_replaced_a_served_one_is_not(self):
        process, _ = self.start("--unix", self.path)
        self.assertIn("served by another program", self.refuse("--unix", self.path))
        process.kill()
        process.wait(20)
        self.assertTrue(os.path.exists(self.path))
        _, line = self.start("--unix", self.path)
        self.assertIn("listening", line)

    def test_unusable_options_are_explained(self):
        ordinary = os.path.join(self.folder.name, "file")
        with open(ordinary, "w", encoding="ascii"):
            pass
        self.assertIn("--unix PATH or --tcp", self.refuse())
        self.assertIn("not a socket", self.refuse("--unix", ordinary))
        self.assertIn("folder", self.refuse("--unix", "/nonexistent-folder/socket"))
        self.assertIn("too long", self.refuse("--unix", "/" + "x" * 200))
        self.assertIn("HOST:PORT", self.refuse("--tcp", "localhost"))
        self.assertIn("HOST:PORT", self.refuse("--tcp", "localhost:70000"))
        self.assertIn("folder", self.refuse("--tcp", "127.0.0.1:0", "--tap", "/nonexistent-folder/t"))
        self.assertIn("drop", self.refuse("--tcp", "127.0.0.1:0", "--fault", "lose"))
        for seed in ("many", "-1", "99999999999999999999"):
            self.assertIn("seed", self.refuse("--tcp", "127.0.0.1:0", "--seed", seed))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.assertIn("another port", self.refuse("--tcp", f"127.0.0.1:{taken.getsockname()[1]}"))


if __name__ == "__main__":
    unittest.main()
