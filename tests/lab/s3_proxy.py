"""A proxy before the lab's S3 server, which lets through what is read and does to what is written
(PUT, POST, DELETE) as a file says:

    s3_proxy.py PORT UPSTREAM_HOST:PORT FILE

The file holds one line, is read at each request, and needn't be there:

    pass
    refuse STATUS CODE [MESSAGE …]    S3's error document; {action}, {bucket}, {key} are filled in
    hang                              the body is taken, and no answer comes
    slow SECONDS                      each write takes so long
    reset                             the connection is reset in the middle of the body

A signature covers the Host header: it goes on as it came, so that the server behind accepts it. One
line for each write goes to stdout: what was done to it.
"""

import http.client
import http.server
import socket
import struct
import sys
import threading
import time
from urllib.parse import unquote
from xml.sax.saxutils import escape

WRITES = {"PUT", "POST", "DELETE"}
ACTIONS = {"PUT": "s3:PutObject", "POST": "s3:PutObject", "DELETE": "s3:DeleteObject"}
HOP_HEADERS = {"connection", "keep-alive", "transfer-encoding"}
HANG_S = 600


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = ""
    fault_file = ""

    def fault(self):
        if self.command not in WRITES:
            return ["pass"]
        try:
            with open(self.fault_file, encoding="utf-8") as file:
                return file.read().split() or ["pass"]
        except FileNotFoundError:
            return ["pass"]

    def answer(self):
        words = self.fault()
        if self.command in WRITES:
            print(words[0], self.command, self.path, flush=True)
        if words[0] == "reset":
            self.reset()
            return
        # Chunks of aws-chunked are within the length; nobody here sends without one.
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if words[0] == "refuse":
            self.refuse(int(words[1]), words[2], " ".join(words[3:]))
            return
        if words[0] == "hang":
            self.hang()
            return
        if words[0] == "slow":
            time.sleep(float(words[1]))
        self.forward(body)

    def reset(self):
        self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 16))
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def hang(self):
        """Until the fault is over, then the connection is closed: whoever waits asks anew."""
        until = time.monotonic() + HANG_S
        while self.fault()[0] == "hang" and time.monotonic() < until:
            time.sleep(0.2)
        self.close_connection = True

    def refuse(self, status, code, message):
        _, bucket, key = (unquote(self.path.split("?")[0]) + "//").split("/", 2)
        fields = {"action": ACTIONS[self.command], "bucket": bucket, "key": key.rstrip("/")}
        document = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{code}</Code><Message>{escape(message.format(**fields))}</Message>"
            "<RequestId>4442587FB7D0A2F9</RequestId><HostId>lab</HostId></Error>"
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("x-amz-request-id", "4442587FB7D0A2F9")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def forward(self, body):
        upstream = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_HEADERS | {"expect"}:
                    upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            content = answer.read()
        except OSError as error:
            self.refuse_gateway(error)
            return
        finally:
            upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            is_length = name.lower() == "content-length"
            if name.lower() not in HOP_HEADERS and not (is_length and self.command != "HEAD"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def refuse_gateway(self, error):
        text = f"the S3 server behind the proxy: {error}\n".encode()
        self.send_response(502)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """The writes are told by answer()."""

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that went away is the lab's daily bread."""


def main():
    port, Proxy.upstream, Proxy.fault_file = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    server = Server(("127.0.0.1", port), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
