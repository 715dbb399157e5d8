"""Requests a page over a plain socket and prints the response, head and body: http_get.py HOST PORT"""
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])

with socket.create_connection((host, port)) as client:
    client.sendall(f'GET / HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n'.encode())
    print(client.recv(4096).decode())
