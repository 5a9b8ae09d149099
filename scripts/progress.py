#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies standard input into a file and shows that something happens: on a terminal one line that is overwritten,
elsewhere a line every ten seconds. usage: COMMAND | progress.py LOG"""
import os
import re
import select
import sys
import time

QUIET_PERIOD_S = 10
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def main() -> None:
    terminal = sys.stdout.isatty()
    period = 0.2 if terminal else QUIET_PERIOD_S
    start = shown = time.monotonic()
    latest, pending = "", b""

    def show() -> None:
        elapsed = int(time.monotonic() - start)
        text = f"  {elapsed // 60}:{elapsed % 60:02d} {COLOUR.sub('', latest)}"[:100]
        print(f"\r\x1b[K{text}" if terminal else text, end="" if terminal else "\n", flush=True)

    with open(sys.argv[1], "wb", buffering=0) as log:
        while True:
            readable, _, _ = select.select([sys.stdin], [], [], period)
            if readable:
                data = os.read(sys.stdin.fileno(), 65536)
                if not data:
                    break
                log.write(data)
                lines = (pending + data).replace(b"\r", b"\n").split(b"\n")
                pending = lines.pop()
                texts = [line.decode("utf-8", "replace").strip() for line in lines]
                latest = next((text for text in reversed(texts) if text), latest)
            if time.monotonic() - shown >= period:
                shown = time.monotonic()
                show()
    if terminal:
        print("\r\x1b[K", end="", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
