"""Another machine's resolver finds the lab; here that is a second one on loopback."""

import contextlib
import socket

import pytest
from zeroconf import Zeroconf

from xr_server.addresses import mdns_name, own_names
from xr_server.mdns import advertised, services


def resolver():
    try:
        return Zeroconf(["127.0.0.1"])
    except OSError:
        pytest.skip("no multicast on loopback here")


def test_the_lab_is_found_by_its_kind_and_its_name():
    wanted = services(8443, ["192.168.1.7", "fd00::7"], https=True)
    with contextlib.closing(resolver()) as other, advertised(wanted, ["127.0.0.1"]):
        seen = other.get_service_info(wanted[0].type, wanted[0].name, timeout=10_000)
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
