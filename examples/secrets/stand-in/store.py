"""A secret store with Vault's interface for keys and values; the token is `store-token`.

usage: store.py ADDRESS_FILE
"""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

kept = {}


class Store(BaseHTTPRequestHandler):
    def answer(self, status, body=None):
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_any(self):
        found = re.fullmatch(r"/v1/secret/(data|metadata)/(.+)", self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("X-Vault-Token") != "store-token":
            return self.answer(403, {"errors": ["permission denied"]})
        match (self.command, found and found[1]):
            case ("POST", "data"):
                kept[found[2]] = json.loads(body)["data"]
                return self.answer(200, {"data": {"version": 1}})
            case ("GET", "data") if found[2] in kept:
                return self.answer(200, {"data": {"data": kept[found[2]]}})
            case ("DELETE", "metadata"):
                kept.pop(found[2], None)
                return self.answer(204)
        return self.answer(404, {"errors": []})

    do_GET = do_POST = do_DELETE = handle_any


server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
with open(sys.argv[1], "w") as file:
    file.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
