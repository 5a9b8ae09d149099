# SPDX-License-Identifier: Apache-2.0
"""The texts in docs/ and at the root: their code compiles, their links lead somewhere, what they name exists.

usage: texts_test.py AUTOCONF C_COMPILER CXX_COMPILER

The blocks of one language in one text are compiled as one file, in their order, so that they must also agree with each
other. Errors are reported by the lines of the text."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AUTOCONF, C_COMPILER, CXX_COMPILER = sys.argv[1:4] if len(sys.argv) > 3 else ("", "gcc", "g++")

TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
INCLUDES = [f"-I{ROOT / folder}" for folder in ("include", "include/softdevice", "include/sdk")]
# Functions of an example are called by the reader alone.
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-fsyntax-only"]
LANGUAGES = {
    "c": (C_COMPILER, ["-std=c11", "-x", "c"]),
    "cpp": (CXX_COMPILER, ["-std=c++20", "-x", "c++"]),
}
PRELUDES = {("guide.md", "c"): "guide_prelude.h", ("guide.md", "cpp"): "guide_prelude.hpp",
            ("porting.md", "cpp"): "porting_prelude.hpp"}


def blocks(text: Path, language: str) -> str:
    """All blocks of the language, each under the line numbers that it has in the text; empty when there are none."""
    result, inside = [], False
    for number, line in enumerate(text.read_text(encoding="utf-8").splitlines(), 1):
        if inside and line.startswith("```"):
            inside = False
        elif inside:
            result.append(line)
        elif line == f"```{language}":
            inside = True
            result.append(f'#line {number + 1} "{text.name}"')
    return "\n".join(result) + "\n" if result else ""


def compiled(code: str, language: str, prelude: str) -> subprocess.CompletedProcess:
    compiler, options = LANGUAGES[language]
    config = ["-include", AUTOCONF] if AUTOCONF else []
    return subprocess.run([compiler, *options, *WARNINGS, *INCLUDES, *config, "-include", str(HERE / prelude), "-"],
                          input=code, capture_output=True, text=True, check=False)


class Code(unittest.TestCase):
    maxDiff = None

    def test_compiles(self):
        for (name, language), prelude in PRELUDES.items():
            with self.subTest(text=name, language=language):
                code = blocks(ROOT / "docs" / name, language)
                self.assertIn("#line", code, "there is code")
                result = compiled(code, language, prelude)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_no_other_text_in_docs_has_code_that_nobody_compiles(self):
        for text in TEXTS:
            for language in LANGUAGES:
                if (text.name, language) not in PRELUDES and text.parent != ROOT:
                    self.assertEqual(blocks(text, language), "", text)

    def test_a_mistake_is_found_and_named_by_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "wrong.md"
            text.write_text("# Text\n\n```c\nuint32_t f(void) { return pm_no_such_function(); }\n```\n")
            result = compiled(blocks(text, "c"), "c", "guide_prelude.h")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("wrong.md:4", result.stderr)


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        for text in TEXTS:
            prose = re.sub(r"```.*?```", "", text.read_text(encoding="utf-8"), flags=re.S)
            for target in re.findall(r"\]\(([^)\s]+)\)", prose):
                if re.match(r"\w+:", target):
                    continue
                path, _, fragment = target.partition("#")
                aim = (text.parent / path).resolve() if path else text
                self.assertTrue(aim.exists(), f"{text.name}: {target}")
                if fragment and aim.suffix == ".md":
                    headings = re.findall(r"^#+ (.*)$", aim.read_text(encoding="utf-8"), re.M)
                    self.assertIn(fragment, [anchor(heading) for heading in headings], text.name)


class Names(unittest.TestCase):
    """Of functions, events, constants, options and files, in the guide and in the text on porting."""

    def setUp(self):
        headers = [path.read_text(encoding="utf-8") for folder in ("include", "src/c_api")
                   for path in (ROOT / folder).rglob("*.h*")]
        self.known = set(re.findall(r"\w+", "\n".join(headers)))
        kconfig = [path.read_text(encoding="utf-8") for path in (*ROOT.glob("Kconfig*"), ROOT / "zephyr/Kconfig")]
        self.options = {f"CONFIG_{name}" for name in re.findall(r"^(?:menu)?config (\w+)$", "\n".join(kconfig), re.M)}
        # The SDK's own.
        self.options |= {"CONFIG_BM_ZMS", "CONFIG_PEER_MANAGER"}
        self.texts = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("guide.md", "porting.md")}

    def test_exist(self):
        for name, text in self.texts.items():
            named = set(re.findall(r"\b(?:pm_[a-z]\w+|nrf_(?!err\b)\w+|sd_\w+|PM_\w+|BLE_\w+|NRF_\w+)\b(?!\*)", text))
            own = set(re.findall(r"\b(?:PM_SDK_\w+|PM_STORAGE_PARTITION)\b", text))
            self.assertEqual({word for word in named - own if word not in self.known and not word.endswith("_")},
                             set(), name)
            options = {word for word in re.findall(r"\bCONFIG_\w+\b(?!\*)", text) if not word.endswith("_")}
            self.assertEqual(options - self.options, set(), name)

    def test_every_event_function_and_option_has_its_place_in_the_guide(self):
        guide = self.texts["guide.md"]
        types = (ROOT / "include/bm/bluetooth/peer_manager/peer_manager_types.h").read_text()
        events = set(re.findall(r"^  (PM_EVT_\w+),", types, re.M))
        self.assertEqual(len(events), 22)
        handlers = set(re.findall(r"\b(pm_handler_\w+)\(", (
            ROOT / "include/bm/bluetooth/peer_manager/peer_manager_handler.h").read_text()))
        options = {f"CONFIG_{name}" for name in re.findall(
            r"^config (\w+)$", (ROOT / "Kconfig.peer_manager").read_text(), re.M)}
        for names in (events, handlers, options):
            self.assertEqual({name for name in names if name not in guide}, set())

    def test_files_are_there(self):
        for name, text in self.texts.items():
            for path in re.findall(r"`((?:src|include|tests|apps|docs|scripts|zephyr)/[\w./-]*)`", text):
                self.assertTrue((ROOT / path).exists(), f"{name}: {path}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
