"""Sends one message and prints its acknowledgement: ack.py HOST PORT"""
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.create_connection((host, port)) as client:
    client.sendall(b'Hello, Server!')
    print(client.recv(1024).decode())
