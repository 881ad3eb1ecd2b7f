"""Words that stay the same from run to run, for what servers draw by chance.

A uid becomes "uid of VM default/vm1", the fifth random letters of a name "storagenetwork-#1"
in the order in which such names came up.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from harvester_net.lab.api import Object
from harvester_net.lab.simulators.mirror import key_of

_UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_MAC = re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b")
_RANDOM_END = re.compile(
    r"((?:storagenetwork|rwx-network|vm-migration-network|vm-migration"
    r"|virt-launcher-[a-z0-9-]+|kubevirt-[a-z]+-[a-z0-9-]+))-([a-z0-9]{5})\b"
)


@dataclass
class Tokens:
    """What came up so far."""

    _uids: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many are known."""
        return len(self._uids)

    def learn(self, word: str, obj: Object) -> None:
        """Take note of an object: it has a uid, and perhaps a name made by a server."""
        uid, name = obj["metadata"].get("uid"), obj["metadata"]["name"]
        found = _RANDOM_END.fullmatch(name)
        if found and name not in self._names:
            prefix = found.group(1)
            self._counts[prefix] += 1
            self._names[name] = f"{prefix}-#{self._counts[prefix]}"
        if uid and uid not in self._uids:
            self._uids[uid] = f"<uid of {word} {self.told(key_of(obj))}>"

    def told(self, text: str) -> str:
        """A text with words in the place of what is another in each run."""
        text = _RANDOM_END.sub(lambda m: self._names.get(m.group(), m.group()), text)
        text = _UID.sub(lambda m: self._uids.get(m.group(), "<uuid>"), text)
        return _MAC.sub("<mac>", _TIME.sub("<time>", text))
