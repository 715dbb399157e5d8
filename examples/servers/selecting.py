"""Echo server with selectors: one thread asks the kernel (epoll(7) on Linux) which sockets are ready.

python3 selecting.py PORT [tcp|udp]
"""

import selectors
import socket
import sys

selector = selectors.DefaultSelector()


class Connection:
    def __init__(self, stream):
        # Otherwise a small reply may wait for the acknowledgement of the previous one (Nagle's algorithm, tcp(7)).
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream.setblocking(False)
        self.stream, self.unsent = stream, b""
        selector.register(stream, selectors.EVENT_READ, self.ready)

    def ready(self):
        try:
            if not self.unsent:
                self.unsent = self.stream.recv(65536)
                if not self.unsent:
                    return self.close()
            self.unsent = self.unsent[self.stream.send(self.unsent) :]
        except BlockingIOError:
            pass  # The send buffer is full, or the readiness was spurious.
        except ConnectionError:
            return self.close()
        # Backpressure: nothing more is read from a client that does not read its replies.
        wanted = selectors.EVENT_WRITE if self.unsent else selectors.EVENT_READ
        if selector.get_key(self.stream).events != wanted:
            selector.modify(self.stream, wanted, self.ready)

    def close(self):
        selector.unregister(self.stream)
        self.stream.close()


def echo_datagram(server):
    datagram, peer = server.recvfrom(65536)
    server.sendto(datagram, peer)


if __name__ == "__main__":
    port, transport = int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]
    if transport == "udp":
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", port))
        selector.register(server, selectors.EVENT_READ, lambda: echo_datagram(server))
    else:
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        selector.register(listener, selectors.EVENT_READ, lambda: Connection(listener.accept()[0]))
    while True:
        for key, _ in selector.select():
            key.data()
