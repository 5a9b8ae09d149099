# SPDX-License-Identifier: Apache-2.0
"""What the script tests share: running a script as a user does, in a temporary tree."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LICENCE = "SPDX-License-Identifier: Apache-2.0"


class ScriptTest(unittest.TestCase):
    """`self.folder` is a fresh temporary folder per test."""

    script = ""

    def setUp(self) -> None:
        # pylint: disable=consider-using-with
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_script(self, *arguments) -> subprocess.CompletedProcess:
        command = [sys.executable, "-B", str(ROOT / "scripts" / self.script), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def assert_refused(self, result: subprocess.CompletedProcess, *said: str) -> None:
        """It failed, said why, and did not simply crash."""
        self.assertNotEqual(result.returncode, 0, result.stdout)
        text = result.stdout + result.stderr
        self.assertNotIn("Traceback", text)
        for part in said:
            self.assertIn(part, text)

    def assert_accepted(self, result: subprocess.CompletedProcess) -> None:
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
