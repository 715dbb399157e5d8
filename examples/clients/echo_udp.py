"""Sends a datagram and prints its echo, twice: echo_udp.py HOST PORT"""
import socket
import sys

server = (sys.argv[1], int(sys.argv[2]))

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    for message in ('Hello, Server!', 'Hello again!'):
        client.sendto(message.encode(), server)
        reply, address = client.recvfrom(1024)
        print(reply.decode())
