"""Echo with threads: one for each connection; for each datagram, as UDP has no connections. All share one interpreter.

python3 threads.py PORT [tcp|udp]
"""

import socket
import socketserver
import sys


class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        # Without this, small replies may wait for the acknowledgement of the one before: tcp(7), Nagle's algorithm.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except ConnectionError:
            pass  # A client that breaks off ends its own thread, and nothing else.


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        datagram, server = self.request
        server.sendto(datagram, self.client_address)


class StreamServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True  # Start again at once, while old connections are in TIME_WAIT.
    daemon_threads = True  # Don't wait for clients when the server is to end.
    request_queue_size = 1024  # The backlog; the default of 5 drops connections that come together.


class DatagramServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65536  # The default cuts datagrams at 8192 bytes.


if __name__ == "__main__":
    port, transport = int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]
    kind, handler = (DatagramServer, Datagram) if transport == "udp" else (StreamServer, Stream)
    with kind(("127.0.0.1", port), handler) as server:
        server.serve_forever()
