"""One address, a listening socket for each web server: the system deals connections out, refuses a taken address."""

import socket
import sys

import pytest

from euthymia.doors import open_doors

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the servers share one socket")


@pytest.fixture
def opened():
    doors = []
    yield doors.extend, doors
    for door in doors:
        door.close()


def open_for(opened, *asked):
    doors = open_doors(*asked)
    opened[0](doors)
    return doors


def accepted(door):
    door.setblocking(False)
    found = []
    try:
        while True:
            found.append(door.accept()[0])
    except BlockingIOError:
        return found


@linux
def test_connections_are_dealt_out(opened):
    doors = open_for(opened, "127.0.0.1", 0, 2)
    address = doors[0].getsockname()
    assert [door.getsockname() for door in doors] == [address, address]
    callers = [socket.create_connection(address) for _ in range(200)]
    shares = [accepted(door) for door in doors]
    assert sum(map(len, shares)) == 200
    assert min(map(len, shares)) > 50
    for connection in (*callers, *shares[0], *shares[1]):
        connection.close()


@pytest.mark.parametrize("held_by", [1, 2])
@pytest.mark.parametrize("asked", [1, 2])
def test_an_address_that_somebody_holds_is_refused(opened, held_by, asked):
    port = open_for(opened, "127.0.0.1", 0, held_by)[0].getsockname()[1]
    with pytest.raises(OSError, match="in use"):
        open_doors("127.0.0.1", port, asked)


def test_one_server_has_one_door(opened):
    (door,) = open_for(opened, "127.0.0.1", 0, 1)
    assert door.getsockname()[1] > 0
