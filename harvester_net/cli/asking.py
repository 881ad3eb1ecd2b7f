"""The question on a terminal before anything is interrupted."""

from __future__ import annotations

import asyncio
import sys

from ..cluster.deadline import Deadline
from .outcome import Code, Outcome
from .printing import say

YES = ("y", "yes")


async def refusal(words: str, where: str, deadline: Deadline) -> Outcome | None:
    """Show what is about to happen on which cluster, and ask; None if the answer is yes.

    Without a terminal there is nobody to ask: that is refused too, for `--yes` is what a
    script says.
    """
    say(f"{words}\ncluster: {where}")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Outcome(
            Code.REFUSED,
            "nothing was changed: this interrupts something, and there is no terminal to ask "
            "on; give --yes to go on without a question",
        )
    print("Carry this out on this cluster? [y/N] ", end="", flush=True)
    answer = await deadline.wait(_line())
    if answer.strip().lower() in YES:
        return None
    return Outcome(Code.REFUSED, "nothing was changed")


async def _line() -> str:
    """The next line of the terminal; ^C is heard meanwhile, which `input` would not allow."""
    loop = asyncio.get_running_loop()
    typed = asyncio.Event()
    try:
        loop.add_reader(sys.stdin, typed.set)
    except NotImplementedError:  # Windows.
        return sys.stdin.readline()
    try:
        await typed.wait()
        return sys.stdin.readline()
    finally:
        loop.remove_reader(sys.stdin)
