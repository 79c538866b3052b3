#!/usr/bin/env python3
"""A name server on loopback that knows every name of .test as 127.0.0.1: fakedns.py ADDRESS READY-FILE.

It listens on port 53 of that address, and writes one line into READY-FILE when it does.
"""
import socket
import struct
import sys


def answer(query):
    end = query.index(b"\0", 12) + 1
    kind = struct.unpack(">H", query[end:end + 2])[0]
    question = query[12:end + 4]
    known = question[:end - 12].endswith(b"\x04test\0")
    has_address = known and kind == 1
    head = query[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, 1 if has_address else 0, 0, 0)
    address = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    return head + question + (address if has_address else b"")


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind((sys.argv[1], 53))
    with open(sys.argv[2], "w", encoding="utf-8") as ready:
        ready.write("ready\n")
    while True:
        asked, asker = server.recvfrom(512)
        server.sendto(answer(asked), asker)
