"""Iterative echo server: serves one connection at a time, to its end. The others wait in the backlog.

python3 iterative.py PORT [tcp|udp]
"""

import socket
import sys


def serve_streams(port):
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                echo(connection)


def echo(connection):
    # Otherwise a small reply may wait for the acknowledgement of the previous one (Nagle's algorithm, tcp(7)).
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except ConnectionError:
        pass  # A connection that is reset must not stop the server.


def serve_datagrams(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        while True:
            datagram, peer = server.recvfrom(65536)
            server.sendto(datagram, peer)


if __name__ == "__main__":
    port, transport = int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]
    serve_datagrams(port) if transport == "udp" else serve_streams(port)
