"""A container registry and a platform that runs what is in it.

usage: platform.py ADDRESS_FILE

The registry is /v2/ of the Open Container Initiative. `PUT /apps/NAME` with an image runs it: its files are then
at /web/NAME/. The token is `platform-token`.
"""
import hashlib
import io
import json
import re
import sys
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

blobs, manifests, apps = {}, {}, {}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def files_of(image):
    name, _, tag = image.partition("/")[2].rpartition(":")
    manifest = json.loads(manifests[name, tag])
    layer = io.BytesIO(blobs[manifest["layers"][0]["digest"]])
    with tarfile.open(fileobj=layer) as archive:
        return {m.name.removeprefix("srv/"): archive.extractfile(m).read() for m in archive if m.isfile()}


class Platform(BaseHTTPRequestHandler):
    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        url = urlparse(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for pattern, method, action in ROUTES:
            found = re.fullmatch(pattern, url.path)
            if found and self.command in method:
                return action(self, body, parse_qs(url.query), *found.groups())
        return self.answer(404)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def blob(self, _body, _query, _name, wanted):
        self.answer(200, blobs[wanted]) if wanted in blobs else self.answer(404)

    def start(self, _body, _query, name):
        self.answer(202, Location=f"/v2/{name}/blobs/uploads/1")

    def upload(self, body, query, _name):
        if query["digest"] != [digest(body)]:
            return self.answer(400)
        blobs[digest(body)] = body
        return self.answer(201)

    def manifest(self, body, _query, name, tag):
        if self.command == "PUT":
            parts = json.loads(body)
            if any(part["digest"] not in blobs for part in [parts["config"], *parts["layers"]]):
                return self.answer(400)
            manifests[name, tag] = body
            return self.answer(201)
        if self.command == "DELETE":
            gone = [key for key, text in manifests.items() if key[0] == name and digest(text) == tag]
            for key in gone:
                del manifests[key]
            return self.answer(202 if gone else 404)
        text = manifests.get((name, tag))
        return self.answer(200, text, Docker_Content_Digest=digest(text)) if text else self.answer(404)

    def app(self, body, _query, name):
        if self.headers.get("Authorization") != "Bearer platform-token":
            return self.answer(401)
        if self.command == "DELETE":
            apps.pop(name, None)
            return self.answer(204)
        apps[name] = files_of(body.decode())
        return self.answer(200, f"{address}/web/{name}/\n".encode())

    def web(self, _body, _query, name, path):
        text = apps.get(name, {}).get(path or "index.html")
        return self.answer(200, text) if text is not None else self.answer(404)


ROUTES = [
    (r"/v2/(.+)/blobs/uploads/", ["POST"], Platform.start),
    (r"/v2/(.+)/blobs/uploads/1", ["PUT"], Platform.upload),
    (r"/v2/(.+)/blobs/(sha256:[0-9a-f]+)", ["HEAD", "GET"], Platform.blob),
    (r"/v2/(.+)/manifests/([^/]+)", ["HEAD", "GET", "PUT", "DELETE"], Platform.manifest),
    (r"/apps/([a-z0-9-]+)", ["PUT", "DELETE"], Platform.app),
    (r"/web/([a-z0-9-]+)/(.*)", ["GET"], Platform.web),
]
server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
address = f"http://127.0.0.1:{server.server_port}"
with open(sys.argv[1], "w") as file:
    file.write(address)
server.serve_forever()
