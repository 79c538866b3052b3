#!/usr/bin/env python3
"""A TCP proxy that stops a process at a word: stop_at.py PORT TARGET_PORT WORD PID_FILE.

Bytes pass both ways on loopback. When a client sends WORD, the process whose id is in PID_FILE gets
SIGSTOP first, and then the bytes pass: the server has the request in its socket, and does not answer
until somebody sends it SIGCONT. That happens once."""
import os
import signal
import socket
import sys
import threading

port, target, word, pid_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
has_stopped = threading.Event()


def stop():
    if not has_stopped.is_set():
        has_stopped.set()
        with open(pid_file, encoding="ascii") as file:
            os.kill(int(file.read().split()[0]), signal.SIGSTOP)


def shut(end):
    try:
        end.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it has gone


def pump(source, sink, is_watched):
    before = b""
    try:
        while True:
            got = source.recv(65536)
            if not got:
                break
            if is_watched and word in before + got:
                stop()
            before = got[-len(word):]
            sink.sendall(got)
    except OSError:
        pass  # one of the two ends has gone
    shut(sink)


def serve(client):
    try:
        server = socket.create_connection(("127.0.0.1", target))
    except OSError:
        client.close()
        return
    threading.Thread(target=pump, args=(client, server, True), daemon=True).start()
    threading.Thread(target=pump, args=(server, client, False), daemon=True).start()


listener = socket.create_server(("127.0.0.1", port))
print("ready", flush=True)
while True:
    serve(listener.accept()[0])
