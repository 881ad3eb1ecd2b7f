"""What `ip` and `bridge` of iproute2 print as JSON, as far as we read it.

Names and words go into sentences, and into commands that people copy into a root shell: a
device has a name that means nothing to a shell, which the kernel does not ask for.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DEVICE = "[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,14}"
"""Regular expression of a device's name; the kernel has 15 characters for it."""

_Device = Annotated[str, StringConstraints(strict=True, pattern=f"^{DEVICE}$")]
_Word = Annotated[str, StringConstraints(strict=True, pattern="^[A-Za-z0-9._+-]{0,32}$")]
_Number = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
_Vlan = Annotated[int, Field(strict=True, ge=0, le=4095)]


class _Printed(BaseModel):
    """Tools print more than we read, and the more the newer they are."""

    model_config = ConfigDict(frozen=True)


class BridgeLink(_Printed):
    """A device."""

    ifname: _Device
    ifindex: _Number
    mtu: _Number
    """In bytes."""
    operstate: _Word | None = None
    flags: list[_Word] | None = None
    master: _Device | None = None

    @property
    def up(self) -> bool:
        """Whether it is switched on; what the kernel calls its state may be `unknown`."""
        return self.flags is None or "UP" in self.flags


class _BondData(_Printed):
    mode: _Word | None = None
    active_slave: _Device | None = None


class _BondInfo(_Printed):
    info_data: _BondData | None = None


class BondLink(BridgeLink):
    """A bond."""

    linkinfo: _BondInfo | None = None

    @property
    def mode(self) -> str:
        """Such as `active-backup`; empty if it is not printed."""
        return self._data.mode or ""

    @property
    def active_nic(self) -> str:
        """The NIC that carries the traffic; empty where all do."""
        return self._data.active_slave or ""

    @property
    def _data(self) -> _BondData:
        return (self.linkinfo and self.linkinfo.info_data) or _BondData()


class _MemberData(_Printed):
    mii_status: _Word | None = None


class _MemberInfo(_Printed):
    info_slave_data: _MemberData | None = None


class MemberLink(BridgeLink):
    """A NIC of a bond."""

    linkinfo: _MemberInfo | None = None

    @property
    def state(self) -> str:
        """Its link as the bond sees it, else as the kernel does."""
        data = (self.linkinfo and self.linkinfo.info_slave_data) or _MemberData()
        return data.mii_status or self.operstate or ""


class VlanRange(_Printed):
    """A VLAN, or several."""

    vlan: _Vlan
    vlanEnd: _Vlan | None = None  # noqa: N815 (bridge's own spelling)


class Vlans(_Printed):
    """The VLANs of a device."""

    ifname: _Device
    vlans: list[VlanRange] | None = None


class _OneAddress(_Printed):
    family: str = ""
    local: str = ""

    @property
    def is_ipv4(self) -> bool:
        return self.family == "inet"


class Address(_Printed):
    """The addresses of a device."""

    addr_info: list[_OneAddress] = Field(default_factory=list)
