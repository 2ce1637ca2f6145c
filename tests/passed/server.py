"""A server that speaks the endpoints of GitLab's API that the scripts of `nestling passed` use, with what GitLab refuses.

The first argument is a directory with `state.json`: the answers by pipeline, which the test writes. Tokens: `job` may do what a job
token may, `nobridges` may not read trigger jobs, `reader` may not write, `fork` sees no such project, any other is unauthorized.
Prints the port.
"""

import json
import pathlib
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DIRECTORY = pathlib.Path(sys.argv[1])
PACKAGES = []  # {"id", "name", "version", "files"}: the newest last; a file is (id, name, content)
PREFIX = "/api/v4/projects/7/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, items, query):
        size = min(int(query.get("per_page", ["20"])[0]), 100)
        number = int(query.get("page", ["1"])[0])
        start = (number - 1) * size
        following = str(number + 1) if start + size < len(items) else ""
        self.answer(200, items[start : start + size], [("X-Next-Page", following)])

    def refused(self, path):
        token = self.headers.get("JOB-TOKEN") or self.headers.get("PRIVATE-TOKEN")
        if token == "fork":
            return 404
        if token not in ("job", "nobridges", "reader", "api"):
            return 401
        if token == "nobridges" and path.endswith("/bridges"):
            return 403
        if token == "reader" and self.command in ("PUT", "DELETE"):
            return 403
        return None

    def handle_one(self):
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if url.path.startswith("/g/p/-/"):
            return self.answer(200, b"the page")
        if not url.path.startswith(PREFIX):
            return self.answer(404, {"message": "404 Not Found"})
        path = url.path[len(PREFIX) :]
        status = self.refused(path)
        if status:
            return self.answer(status, {"message": str(status)})
        state = json.loads((DIRECTORY / "state.json").read_text())
        pipeline = re.fullmatch(r"pipelines/(\d+)/(jobs|bridges)", path)
        if pipeline:
            return self.page(state.get(pipeline[1], {}).get(pipeline[2], []), query)
        if path == "repository/branches":
            return self.page(state.get("branches", []), query)
        if path == "packages":
            shown = [{key: package[key] for key in ("id", "name", "version")} for package in PACKAGES]
            for package in shown:
                package.update({"package_type": "generic", "tags": [], "pipelines": [{"id": 1, "iid": 1}]})
            return self.page(list(reversed(shown)), query)
        return self.package(path, query, body)

    def package(self, path, query, body):
        single = re.fullmatch(r"packages/(\d+)", path)
        if single and self.command == "DELETE":
            PACKAGES[:] = [package for package in PACKAGES if package["id"] != int(single[1])]
            return self.answer(204, b"")
        files = re.fullmatch(r"packages/(\d+)/package_files(?:/(\d+))?", path)
        if files:
            return self.package_files(int(files[1]), files[2], query)
        file = re.fullmatch(r"packages/generic/([^/]+)/([^/]+)/([^/]+)", path)
        if not file:
            return self.answer(404, {"message": "404 Not Found"})
        known = next((p for p in PACKAGES if (p["name"], p["version"]) == (file[1], file[2])), None)
        if self.command == "PUT":
            if known is None:
                number = max([package["id"] for package in PACKAGES], default=0) + 1
                known = {"id": number, "name": file[1], "version": file[2], "files": []}
                PACKAGES.append(known)
            if DIRECTORY.joinpath("unique").exists() and any(name == file[3] for _, name, _ in known["files"]):
                return self.answer(403, {"message": "403 Forbidden"})  # The owner allows no duplicates.
            number = max([number for p in PACKAGES for number, _, _ in p["files"]], default=0) + 1
            known["files"].append((number, file[3], body))
            if query.get("select") == ["package_file"]:
                return self.answer(201, {"id": number, "package_id": known["id"], "file": {"url": "/x"}})
            return self.answer(201, {"message": "201 Created"})
        # Of several files of one name the newest is given.
        files = [content for _, name, content in (known or {"files": []})["files"] if name == file[3]]
        if not files:
            return self.answer(404, {"message": "404 Not Found"})
        return self.answer(200, files[-1])

    def package_files(self, package, file, query):
        known = next((p for p in PACKAGES if p["id"] == package), {"files": []})
        if self.command == "DELETE":
            known["files"][:] = [kept for kept in known["files"] if kept[0] != int(file)]
            return self.answer(204, b"")
        shown = [{"id": n, "package_id": package, "file_name": name, "pipelines": [{"id": 1}]} for n, name, _ in known["files"]]
        return self.page(list(reversed(shown)), query)

    do_GET = do_PUT = do_DELETE = handle_one


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
