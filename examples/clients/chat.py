"""Sends each typed line, and prints the lines of other clients as they arrive: chat.py HOST PORT"""
import socket
import sys
import threading

host, port = sys.argv[1], int(sys.argv[2])


def listen():
    while received := client.recv(1024):
        print(received.decode(), end='', flush=True)


with socket.create_connection((host, port)) as client:
    threading.Thread(target=listen, daemon=True).start()
    for line in sys.stdin:
        client.sendall(line.encode())
