"""Sends one datagram and prints its acknowledgement: ack_udp.py HOST PORT"""
import socket
import sys

server = (sys.argv[1], int(sys.argv[2]))

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.sendto(b'Hello, Server!', server)
    reply, address = client.recvfrom(1024)
    print(reply.decode())
