"""By which addresses and names others reach this machine."""

from __future__ import annotations

import ipaddress
import re
import socket

import ifaddr

NAME = re.compile(r"[a-z0-9._-]{1,253}")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 compared with what the user gave


def own_addresses() -> list[str]:
    """Every IP address of this machine, loopback among them; sorted, IPv6 without its zone."""
    found = {"127.0.0.1", "::1"}
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            found.add(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
    return sorted(str(ipaddress.ip_address(text.split("%")[0])) for text in found)


def own_names() -> list[str]:
    """Host names of this machine, lower case, sorted; also as mDNS spells it."""
    host = socket.gethostname().lower()
    names = {"localhost", host, f"{host.split('.')[0]}.local", mdns_name()}
    return sorted(name for name in names if NAME.fullmatch(name))


def mdns_name() -> str:
    """The name that the lab makes known by mDNS."""
    return f"parasam-{socket.gethostname().lower().split('.')[0]}.local"


def reached_at(host: str) -> str:
    """The address to print for a lab bound to this one: one that others see."""
    if host not in EVERYWHERE:
        return "localhost" if host in LOOPBACK_NAMES else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; says which address would be used
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def is_address(name: str) -> bool:
    """Whether it is an IP address and no name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if not is_address(host):
        return host == "localhost"
    address = ipaddress.ip_address(host)
    inner = getattr(address, "ipv4_mapped", None) or address
    return bool(inner.is_loopback)
