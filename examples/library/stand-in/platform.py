"""A platform that runs images: `PUT /apps/NAME` with an image, `DELETE /apps/NAME`, and `GET /apps` says what runs.

usage: platform.py ADDRESS_FILE
"""
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

apps = {}


class Platform(BaseHTTPRequestHandler):
    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command != "GET" and self.headers.get("Authorization") != "Bearer platform-token":
            return self.answer(401)
        if self.command == "PUT":
            apps[self.path] = body
            return self.answer(204)
        if self.command == "DELETE":
            apps.pop(self.path, None)
            return self.answer(204)
        running = [f"{path.removeprefix('/apps/')} {image.decode()}\n" for path, image in sorted(apps.items())]
        return self.answer(200, "".join(running).encode())

    do_GET = do_PUT = do_DELETE = handle_any

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Platform)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
