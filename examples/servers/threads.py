"""Echo server with a thread for each connection; over UDP, for each datagram. All threads share one interpreter.

python3 threads.py PORT [tcp|udp]
"""

import socket
import socketserver
import sys


class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        # Otherwise a small reply may wait for the acknowledgement of the previous one (Nagle's algorithm, tcp(7)).
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except ConnectionError:
            pass  # A connection that is reset ends its own thread only.


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        datagram, server = self.request
        server.sendto(datagram, self.client_address)


class StreamServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True  # Allows a restart while old connections are in TIME_WAIT.
    daemon_threads = True  # Does not wait for clients when the server ends.
    request_queue_size = 1024  # The backlog. The default of 5 drops simultaneous connections.


class DatagramServer(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65536  # The default truncates datagrams to 8192 bytes.


if __name__ == "__main__":
    port, transport = int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]
    kind, handler = (DatagramServer, Datagram) if transport == "udp" else (StreamServer, Stream)
    with kind(("127.0.0.1", port), handler) as server:
        server.serve_forever()
