"""Echo server with asyncio: one thread, and a coroutine for each connection.

python3 asynchronous.py PORT [tcp|udp]
"""

import asyncio
import sys


async def echo(reader, writer):
    # asyncio sets TCP_NODELAY by itself.
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()  # Waits while the client does not read its replies: backpressure.
    except ConnectionError:
        pass  # A connection that is reset ends its own coroutine only.
    finally:
        writer.close()


class Datagrams(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, datagram, peer):
        self.transport.sendto(datagram, peer)


async def main(port, transport):
    if transport == "udp":
        await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port))
    else:
        await asyncio.start_server(echo, "127.0.0.1", port, backlog=1024)
    await asyncio.Event().wait()  # Blocks for ever.


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), (sys.argv[2:] or ["tcp"])[0]))
