"""Runs a command where nothing can be downloaded: `python tests/offline.py COMMAND...`.

A Linux network namespace with the loopback alone, so kernels still talk to their notebooks. Where
the system does not allow one, a line says so and the command runs all the same; with CI=true in
the environment that is an error, since the proof would be none.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def cut_off() -> None:
    """Moves this process into a network of its own; OSError where the system forbids it."""
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(CLONE_NEWNET)  # root may
    except OSError:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)  # anybody may, in a user namespace, as themselves
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    raise_loopback()


def unshare(flags: int) -> None:
    """The system call; OSError where it fails or, off Linux, does not exist."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if call is None:
        raise OSError("this system has no network namespaces")
    if call(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def raise_loopback() -> None:
    """`ip link set lo up`, without `ip`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        name, flags = struct.unpack("16sH14x", asked)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", name, flags | IFF_UP))


def why_not() -> str:
    """The reason why `cut_off` fails, tried in a child: half-way in there is no way back."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            cut_off()
        except OSError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as reason:
        return reason.read()


def main(command: list[str]) -> None:
    """Becomes `command`, offline where that can be had."""
    if not command:
        sys.exit("usage: python tests/offline.py COMMAND...")
    reason = why_not()
    if not reason:
        cut_off()
    elif os.environ.get("CI") == "true":
        sys.exit(f"offline: the network cannot be cut off here ({reason}), and CI demands it")
    else:
        print(f"offline: the network stays on, it cannot be cut off here ({reason})", flush=True)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"offline: {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
