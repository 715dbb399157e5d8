"""Echo server with a process for each connection. Over UDP, a process for each CPU; all read one socket.

python3 processes.py PORT [tcp|udp]
"""

import multiprocessing
import os
import socket
import sys


def serve_streams(port):
    fork = multiprocessing.get_context("fork")
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            connection, _ = listener.accept()
            # fork(2): the child inherits the connection, and the interpreter is not started again.
            fork.Process(target=echo, args=(connection,), daemon=True).start()
            connection.close()


def echo(connection):
    # Otherwise a small reply may wait for the acknowledgement of the previous one (Nagle's algorithm, tcp(7)).
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except ConnectionError:
        pass  # A connection that is reset ends its own process only.


def serve_datagrams(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        fork = multiprocessing.get_context("fork")
        workers = [fork.Process(target=echo_datagrams, args=(server,)) for _ in range(os.cpu_count() or 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


def echo_datagrams(server):
    while True:
        datagram, peer = server.recvfrom(65536)
        server.sendto(datagram, peer)


if __name__ == "__main__":
    port, transport = int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]
    serve_datagrams(port) if transport == "udp" else serve_streams(port)
