#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names the failing tests of CTest's result files and closes with one line: 'N passed, N failed'.

usage: test_summary.py [--failed-stages "NAME NAME"] JUNIT...
A failed stage in whose result file no test failed counts as one failure, so that a failure never ends in '0 failed'.
"""
import argparse
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TestResult:
    name: str
    status: str  # passed, failed, skipped


def read_results(path: Path) -> list[TestResult]:
    """The tests of one file written by `ctest --output-junit`; empty if the file is absent: nothing ran."""
    if not path.is_file():
        return []
    results = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is not None or case.get("status") == "disabled":
            # CTest reports a test that it could not start as skipped; only a test that ran can skip itself.
            status = "failed" if case.get("status") == "notrun" and not said_skipped(case) else "skipped"
        else:
            status = "passed" if case.get("status") == "run" else "failed"
        results.append(TestResult(case.get("name", "?"), status))
    return results


def said_skipped(case: ElementTree.Element) -> bool:
    skipped = case.find("skipped")
    return skipped is not None and skipped.get("message", "").startswith("SKIP")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failed-stages", default="", metavar="NAMES")
    parser.add_argument("junit", nargs="*", type=Path)
    options = parser.parse_args()

    stages_without_test = set(options.failed_stages.split())
    passed = failed = skipped = 0
    for path in options.junit:
        build = path.parent.name
        for result in read_results(path):
            passed += result.status == "passed"
            skipped += result.status == "skipped"
            if result.status == "failed":
                failed += 1
                stages_without_test.discard(build)
                print(f"failed: {result.name} ({build})")
    for stage in sorted(stages_without_test):
        failed += 1
        print(f"failed: stage {stage}, see build/logs/{stage}.log")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
