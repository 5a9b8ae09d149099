# SPDX-License-Identifier: Apache-2.0
"""How a case says that something is not as it should be."""


class Failed(Exception):
    """What was expected and did not happen."""


def require(condition: bool, what: str) -> None:
    if not condition:
        raise Failed(what)


def require_equal(found, wanted, what: str) -> None:
    if found != wanted:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")
