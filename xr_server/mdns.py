"""mDNS: the lab makes itself known as `parasam-<host>.local`, where the network lets it.

The home of `zeroconf`.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from zeroconf import Error, ServiceInfo, Zeroconf

from xr_server.addresses import mdns_name

log = logging.getLogger(__name__)


def services(port: int, addresses: Sequence[str], *, https: bool) -> list[ServiceInfo]:
    """What is made known: the lab as such, and as a web page.

    Args:
        port: of TCP.
        addresses: IP addresses that others reach it at.
        https: whether it is served over TLS.
    """
    packed = [ipaddress.ip_address(a).packed for a in addresses]
    host = socket.gethostname().split(".")[0]
    kinds = ("_parasam._tcp.local.", "_https._tcp.local." if https else "_http._tcp.local.")
    return [
        ServiceInfo(
            kind,
            f"ParaSAM on {host}.{kind}",
            port=port,
            addresses=packed,
            properties={"path": "/", "scheme": "https" if https else "http"},
            server=f"{mdns_name()}.",
        )
        for kind in kinds
    ]


@contextmanager
def advertised(
    wanted: Sequence[ServiceInfo], interfaces: Sequence[str] | None = None
) -> Iterator[None]:
    """Made known in the meantime; quietly not, where the network forbids it.

    Args:
        wanted: see `services`.
        interfaces: IP addresses to speak at; None takes all.
    """
    # In a thread: asking whether the name is free takes longer than the lab takes to start.
    with ThreadPoolExecutor(1, thread_name_prefix="mdns") as thread:
        speaking = thread.submit(_speak, wanted, interfaces)
        try:
            yield
        finally:
            if (speaker := speaking.result()) is not None:
                with suppress(OSError, Error):
                    speaker.close()


def _speak(wanted: Sequence[ServiceInfo], interfaces: Sequence[str] | None) -> Zeroconf | None:
    speaker = None
    try:
        speaker = Zeroconf(list(interfaces)) if interfaces else Zeroconf()
        for service in wanted:
            speaker.register_service(service, allow_name_change=True)
    except (OSError, Error) as error:
        log.info("not made known by mDNS: %s", error)
        if speaker is not None:
            speaker.close()
        return None
    return speaker
