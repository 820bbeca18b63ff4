"""Another machine's resolver finds the lab; here that is a second one on loopback."""

import contextlib
import socket
import time

import pytest
from zeroconf import Zeroconf

from xr_server.addresses import mdns_name, own_names
from xr_server.mdns import advertised, services


def resolver():
    try:
        return Zeroconf(["127.0.0.1"])
    except OSError:
        pytest.skip("no multicast on loopback here")


def looked_up(other, service, addresses):
    """What another machine knows, once it has heard so many addresses: they come one by one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        seen = other.get_service_info(service.type, service.name, timeout=10_000)
        if seen is None or len(seen.parsed_addresses()) >= addresses:
            return seen
        time.sleep(0.05)
    return seen


def test_the_lab_is_found_by_its_kind_and_its_name():
    wanted = services(8443, ["192.168.1.7", "fd00::7"], https=True)
    with contextlib.closing(resolver()) as other, advertised(wanted, ["127.0.0.1"]):
        seen = looked_up(other, wanted[0], addresses=2)
        if seen is None:
            pytest.skip("no multicast on loopback here")
        assert (seen.port, seen.server) == (8443, f"{mdns_name()}.")
        assert set(seen.parsed_addresses()) == {"192.168.1.7", "fd00::7"}
        assert seen.decoded_properties == {"path": "/", "scheme": "https"}


@pytest.mark.parametrize(
    ("https", "kind"), [(True, "_https._tcp.local."), (False, "_http._tcp.local.")]
)
def test_what_is_made_known(https, kind):
    lab, page = services(8017, ["10.0.0.7"], https=https)
    assert (lab.type, page.type) == ("_parasam._tcp.local.", kind)
    assert lab.server == page.server == f"{mdns_name()}."
    assert lab.addresses == [socket.inet_aton("10.0.0.7")]


def test_the_name_is_one_that_the_lab_answers_to():
    assert mdns_name() in own_names()
    assert mdns_name().startswith("parasam-")
    assert mdns_name().endswith(".local")


@pytest.mark.parametrize("trouble", [OSError("no multicast"), OSError(19, "No such device")])
def test_a_network_that_forbids_it_is_no_trouble(monkeypatch, trouble):
    def forbidden(*_):
        raise trouble

    monkeypatch.setattr("xr_server.mdns.Zeroconf", forbidden)
    with advertised(services(1, ["10.0.0.7"], https=False)):
        pass
