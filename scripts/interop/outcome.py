# SPDX-License-Identifier: Apache-2.0
"""What all parts of the trials share: how long they wait, how they say that something is not as it should be."""
import ctypes
import signal

# What is waited for comes within a second or two. Machines that have other things to do are slower, and only those on
# which it never comes wait as long as this.
PATIENCE_S = 45


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent() -> None:
    """For the child of a fork: it does not outlive the trials, however they end."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Failed(Exception):
    """What was expected and did not happen."""


def require(condition: bool, what: str) -> None:
    if not condition:
        raise Failed(what)


def require_equal(found, wanted, what: str) -> None:
    if found != wanted:
        raise Failed(f"{what}: {found!r}, expected {wanted!r}")
