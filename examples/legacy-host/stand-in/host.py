"""The old host: an app for each open pull request of the forge, as long as it is open.

usage: host.py FORGE ADDRESS_FILE
"""
import json
import re
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

forge, address_file = sys.argv[1:]


def is_open(number):
    try:
        with urllib.request.urlopen(f"{forge}/shop/pull/{number}", timeout=10) as answer:
            return json.load(answer)["state"] == "open"
    except urllib.error.HTTPError:
        return False


class Host(BaseHTTPRequestHandler):
    def do_GET(self):
        app = re.fullmatch(r"/shop-pr-(\d+)", self.path)
        there = app and is_open(app[1])
        text = f"the shop of pull request {app[1]}\n".encode() if there else b"no such app\n"
        self.send_response(200 if there else 404)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
with open(address_file, "w") as file:
    file.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
