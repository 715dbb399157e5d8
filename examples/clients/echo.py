"""Sends a message and prints its echo, twice over one connection: echo.py HOST PORT"""
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.create_connection((host, port)) as client:
    for message in ('Hello, Server!', 'Hello again!'):
        client.sendall(message.encode())
        print(client.recv(1024).decode())
