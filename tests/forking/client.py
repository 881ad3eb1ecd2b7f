"""Stands for a program that the fork server runs: `client.py SOCKET NAME ARGUMENT ...`.

By itself, with nothing but the standard library: it is to start in no time.
"""

import os
import signal
import socket
import sys

SECONDS_BETWEEN_LOOKS = 0.5


def main() -> int:
    parent = os.getppid()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: connection.sendall(bytes([number])))
    parts = [
        os.getcwd(),
        str(len(sys.argv) - 2),
        *sys.argv[2:],
        *(f"{name}={value}" for name, value in os.environ.items()),
    ]
    body = "\0".join(parts).encode(errors="surrogateescape")
    socket.send_fds(connection, [len(body).to_bytes(4, "big")], [0, 1, 2])
    connection.sendall(body)
    connection.settimeout(SECONDS_BETWEEN_LOOKS)
    # An engine that is killed tells nobody; its children get another parent.
    while os.getppid() == parent:
        try:
            answer = connection.recv(1)
        except TimeoutError:
            continue
        return answer[0] if answer else 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
