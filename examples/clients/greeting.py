"""Prints the server's greeting, sends one message, and reports whether the server closes: greeting.py HOST PORT"""
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.create_connection((host, port)) as client:
    print(client.recv(1024).decode())
    client.sendall(b'Hello, Server!')
    if client.recv(1024) == b'':
        print('the server has closed the connection')
