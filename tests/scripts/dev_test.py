# SPDX-License-Identifier: Apache-2.0
"""Nonsense given to ./dev: one clear line, exit status 2, and nothing done."""
import os
import shutil
import subprocess
import unittest

from support import ROOT, ScriptTest


def dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(ROOT / "dev"), *arguments], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **environment}, timeout=60)


class Dev(ScriptTest):
    def assert_wrong_use(self, arguments: list[str], *said: str, **environment: str):
        with self.subTest(arguments=arguments):
            result = dev(*arguments, **environment)
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertEqual(result.stdout, "", "nothing was begun")
            for part in said:
                self.assertIn(part, result.stderr)

    def test_no_verb_shows_the_usage(self):
        self.assert_wrong_use([], "usage: ./dev VERB")

    def test_verbs_that_do_not_exist(self):
        for verb in ("tset", "common", "../setup", "test.sh", "test;true", " ", "--version"):
            self.assert_wrong_use([verb], "is no verb", "./dev help")

    def test_arguments_that_a_verb_does_not_know(self):
        self.assert_wrong_use(["setup", "everything"], "everything", "build, test")
        self.assert_wrong_use(["setup", "build", "test"], "one group")
        self.assert_wrong_use(["format", "--fix"], "--fix")
        self.assert_wrong_use(["docs", "html"], "no arguments")
        self.assert_wrong_use(["bench", "everything"], "everything", "store", "work")
        self.assert_wrong_use(["bench", "--check", "--json"], "one of")
        self.assert_wrong_use(["bench", "--json", "store"], "'work'")
        self.assert_wrong_use(["test", "everything"], "everything", "checks docs gcc asan")
        self.assert_wrong_use(["test", "gcc", ""], "is no stage")
        self.assert_wrong_use(["fuzz", "everything"], "everything", "peerctl_image", "zms_mount")
        self.assert_wrong_use(["fuzz"], "zms_mount")
        self.assert_wrong_use(["fuzz", "zms_mount", "--minutes", "0"], "--minutes")

    def test_help_names_every_verb(self):
        result = dev("help")
        self.assertEqual(result.returncode, 0, result.stderr)
        for file in (ROOT / "scripts/verbs").glob("*.sh"):
            if file.stem != "common":
                self.assertRegex(result.stdout, rf"(?m)^{file.stem}\b")

    def test_runs_from_any_folder_and_through_a_link(self):
        link = self.folder / "with space"
        link.symlink_to(ROOT / "dev")
        result = subprocess.run([str(link), "help"], capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)


# Notes what it was asked for, in a file beside the tools, and then does what the test wants.
NOTING = """#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >> "{notes}"
{then}
"""


class Setup(ScriptTest):
    """`./dev setup build` in a copy of the scripts, with only the shell's own helpers and stand-ins in PATH."""

    def setUp(self) -> None:
        super().setUp()
        self.tools = self.folder / "bin"
        self.tools.mkdir()
        self.notes = self.write("notes", "")
        self.notes.chmod(0o666)
        for name in ("bash", "sh", "basename", "dirname", "readlink", "sed", "tr", "tail", "mkdir", "env", "true"):
            (self.tools / name).symlink_to(shutil.which(name))
        self.copy = self.folder / "copy of the house"
        shutil.copytree(ROOT / "scripts", self.copy / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "dev", self.copy / "dev")
        self.folder.chmod(0o755)
        self.copy.chmod(0o777)

    def stand_in(self, name: str, then: str) -> None:
        self.write(f"bin/{name}", NOTING.format(notes=self.notes, then=then)).chmod(0o755)

    def setup_build(self) -> subprocess.CompletedProcess:
        """As a user who is not root."""
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run([str(self.copy / "dev"), "setup", "build"], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env={"PATH": str(self.tools)}, timeout=60, **nobody)

    def assert_failed(self, result: subprocess.CompletedProcess, *said: str) -> None:
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        for part in ("where: ", "what to do: ", *said):
            self.assertIn(part, result.stderr)

    def test_a_system_without_apt(self):
        self.assert_failed(self.setup_build(), "apt-get, which is absent", "Debian 12")

    def test_missing_packages_and_neither_root_nor_sudo(self):
        self.stand_in("dpkg-query", "exit 1")
        self.stand_in("apt-get", "")
        self.assert_failed(self.setup_build(), "needs root", "cmake", "'./dev setup build' as root")
        self.assertNotIn("apt-get", self.notes.read_text())

    def test_sudo_that_refuses(self):
        self.stand_in("dpkg-query", "exit 1")
        self.stand_in("apt-get", "")
        self.stand_in("sudo", "exit 1")
        self.assert_failed(self.setup_build(), "sudo refused", "cmake")
        self.assertNotIn("apt-get", self.notes.read_text())

    def test_installs_only_what_is_missing(self):
        self.stand_in("dpkg-query", "for name; do case $name in -*|cmake|g++) ;; *) echo installed:$name;; esac; done")
        self.stand_in("sudo", 'shift; exec "$@"')
        self.stand_in("apt-get", 'test "$1" = update || test "$DEBIAN_FRONTEND" = noninteractive')
        result = self.setup_build()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        asked = [line for line in self.notes.read_text().splitlines() if line.startswith("apt-get")]
        self.assertEqual(asked[0], "apt-get update")
        self.assertRegex(asked[1], r"^apt-get install -y --no-install-recommends .* cmake g\+\+$")

    def test_nothing_is_updated_when_nothing_is_missing(self):
        self.stand_in("dpkg-query", "for name; do echo installed:$name; done")
        self.stand_in("apt-get", "exit 1")
        result = self.setup_build()
        self.assertEqual((result.returncode, result.stdout), (0, "Nothing is missing.\n"), result.stderr)
        self.assertNotIn("apt-get", self.notes.read_text())

    def test_a_network_that_is_down(self):
        self.stand_in("dpkg-query", "exit 1")
        self.stand_in("sudo", 'shift; exec "$@"')
        self.stand_in("apt-get", "echo could not resolve; exit 100")
        result = self.setup_build()
        self.assert_failed(result, "apt-get update failed", "build/logs/apt-update.log", "network")
        self.assertIn("could not resolve", result.stdout, "the reason is shown")


if __name__ == "__main__":
    unittest.main()
