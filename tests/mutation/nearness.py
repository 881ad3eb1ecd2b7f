"""Which tests are run first: the tests of a module stand where the module does."""

from __future__ import annotations

from pathlib import PurePosixPath


def distance(file: str, test: str) -> int:
    """0 for the module's own tests, and more for each step up and down the tree."""
    module = PurePosixPath(file.removeprefix("harvester_net/")).with_suffix("").parts
    beside = test.partition("::")[0].removeprefix("tests/unit/").replace("test_", "")
    own = PurePosixPath(beside).with_suffix("").parts
    shared = 0
    while shared < min(len(module), len(own)) and module[shared] == own[shared]:
        shared += 1
    return len(module) + len(own) - 2 * shared
