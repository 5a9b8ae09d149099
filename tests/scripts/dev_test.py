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
        self.assert_wrong_use(["test", "everything"], "everything", "checks gcc asan")
        self.assert_wrong_use(["test", "gcc", ""], "is no stage")

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

    def dev_with_tools(self, *stand_ins: str, **options) -> subprocess.CompletedProcess:
        """Runs `./dev setup build` where only the shell's own helpers and the given stand-ins are in PATH."""
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("bash", "dirname", "readlink", "sed", "tr"):
            (tools / name).symlink_to(shutil.which(name))
        for name in stand_ins:
            self.write(f"bin/{name}", "#!/bin/sh\nexit 1\n").chmod(0o755)
        self.folder.chmod(0o755)
        return subprocess.run([str(ROOT / "dev"), "setup", "build"], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env={"PATH": str(tools)}, timeout=60, **options)

    def test_a_system_without_apt(self):
        result = self.dev_with_tools()
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("apt-get", result.stderr)
        self.assertIn("what to do: use Debian 12", result.stderr)

    def test_missing_packages_and_neither_root_nor_sudo(self):
        """The stand-in of dpkg-query knows no package, and there is no sudo."""
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            subprocess.run([str(ROOT / "dev"), "help"], capture_output=True, check=True, **nobody)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("this user is root, and nobody else may read the sources")
        result = self.dev_with_tools("dpkg-query", "apt-get", **nobody)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("needs root", result.stderr)
        self.assertIn("cmake", result.stderr, "it names what is missing")
        self.assertIn("what to do: run './dev setup build' as root", result.stderr)


if __name__ == "__main__":
    unittest.main()
