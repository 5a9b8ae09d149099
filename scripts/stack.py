# SPDX-License-Identifier: Apache-2.0
"""Stack of the core on Cortex-M33: largest frames and deepest call chain, from GCC's -fcallgraph-info=su.

Part of size.py. Indirect calls go where scripts/stack_targets.txt says; one that is not listed there is an error. What
is not part of the library (SoftDevice, store, PSA, an application's handlers) is not followed.
"""
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

FLAGS = "-fcallgraph-info=su"
# The one that has every module.
CONFIGURATION = "c"
TARGETS = Path(__file__).resolve().with_name("stack_targets.txt")
REFERENCE = "336 octets (device identities), then 200 (event handler)"

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"\\n(\d+) bytes \((static|dynamic|dynamic,bounded)\)")


def plain(name: str) -> str:
    """Static functions carry their file in front; the part after it is the symbol."""
    return name.rsplit(":", 1)[-1]


def demangled(names: list[str]) -> dict[str, str]:
    output = subprocess.run(["arm-none-eabi-c++filt"], input="\n".join(names), capture_output=True, text=True, check=True)
    # Without parameters: the list of targets is to be read by people.
    return {name: re.sub(r"\(.*", "", text.replace("(anonymous namespace)::", "")) for name, text in zip(names, output.stdout.splitlines())}


def listed_targets() -> dict[str, list[str]]:
    """Caller: the functions of the library that its indirect calls may reach, or "outside"."""
    targets = {}
    for line in TARGETS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            caller, _, callees = line.partition(" -> ")
            targets[caller] = callees.split(", ")
    return targets


class Graph:
    def __init__(self, folder: Path):
        self.frames: dict[str, int] = {}
        self.calls: dict[str, set[str]] = {}
        self.problems: list[str] = []
        for file in sorted(folder.glob("src/c_api/CMakeFiles/pm_nordic.dir/**/*.ci")):
            text = file.read_text(encoding="utf-8")
            for title, label in NODE.findall(text):
                if frame := FRAME.search(label):
                    self.frames[title] = int(frame[1])
                    if frame[2] == "dynamic":
                        self.problems.append(f"{plain(title)}: its frame has no bound")
            for source, target in EDGE.findall(text):
                self.calls.setdefault(source, set()).add(target)
        self.names = demangled([plain(title) for title in self.calls.keys() | self.frames.keys()])
        self._resolve_indirect()

    def short(self, title: str) -> str:
        return self.names[plain(title)]

    def _resolve_indirect(self):
        listed = listed_targets()
        by_name = {self.short(title): title for title in self.frames}
        callers = [caller for caller, callees in self.calls.items() if "__indirect_call" in callees]
        for caller in callers:
            name = self.short(caller)
            if name not in listed:
                self.problems.append(f"{name} calls through a pointer, and {TARGETS.name} does not say whom")
            for target in listed.get(name, []):
                if target in by_name:
                    self.calls[caller].add(by_name[target])
                elif target != "outside":
                    self.problems.append(f"{TARGETS.name}: {target}: no such function")
        unused = set(listed) - {self.short(caller) for caller in callers}
        self.problems += [f"{TARGETS.name}: {name} makes no indirect call" for name in unused]

    def deepest(self) -> tuple[int, list[str]]:
        """Functions that call one another in a circle count once each, together: what recursion needs at least."""
        groups = components(self.frames, self.calls)
        group_of = {title: index for index, group in enumerate(groups) for title in group}

        @lru_cache(maxsize=None)
        def below(index: int) -> tuple[int, tuple[int, ...]]:
            own = sum(self.frames[title] for title in groups[index])
            called = {group_of[c] for t in groups[index] for c in self.calls.get(t, ()) if c in group_of} - {index}
            depth, chain = max((below(c) for c in called), default=(0, ()))
            return own + depth, (index, *chain)

        depth, chain = max(below(index) for index in range(len(groups)))
        steps = []
        for index in chain:
            names = sorted((self.short(t) for t in groups[index]), key=str)
            size = sum(self.frames[t] for t in groups[index])
            steps.append((f"{names[0]} ({size})" if len(names) == 1 else
                          f"{len(names)} functions that call one another through events ({size})"))
        return depth, steps


def components(frames: dict, calls: dict) -> list[list[str]]:
    """Tarjan's strongly connected components."""
    index, low, on_stack, stack, groups = {}, {}, set(), [], []

    def visit(node: str):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for callee in calls.get(node, ()):
            if callee not in frames:
                continue
            if callee not in index:
                visit(callee)
                low[node] = min(low[node], low[callee])
            elif callee in on_stack:
                low[node] = min(low[node], index[callee])
        if low[node] == index[node]:
            group = []
            while not group or group[-1] != node:
                group.append(stack.pop())
                on_stack.discard(group[-1])
            groups.append(group)

    sys.setrecursionlimit(10000)
    for node in frames:
        if node not in index:
            visit(node)
    return groups


def measure(folder: Path) -> dict:
    graph = Graph(folder)
    if graph.problems:
        sys.exit("\n".join(f"stack.py: {problem}" for problem in sorted(set(graph.problems))))
    largest = sorted(((size, graph.short(title)) for title, size in graph.frames.items()), reverse=True)[:3]
    depth, chain = graph.deepest()
    lines = ["Configuration c, from the compiler's call graph; indirect calls as `scripts/stack_targets.txt` lists them. "
             "SoftDevice, store, cryptography and the application's handlers come on top.", "",
             "| | octets | |", "|---|---|---|",
             *(f"| frame | {size} | `{name}` |" for size, name in largest),
             f"| reference, largest frames | | {REFERENCE} |",
             f"| deepest chain | {depth} | {len(chain)} steps, below |", "",
             *(f"{number}. `{step}`" for number, step in enumerate(chain, 1))]
    return {"lines": lines, "figures": {"largest_frame": largest[0][0], "deepest_chain": depth}}
