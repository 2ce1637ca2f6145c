"""A second forge: answers as GitHub's API for pull requests does, over a bare repository.

usage: forge.py REPOSITORY ADDRESS_FILE

A pull request is open while its branch exists. Whoever comes without the token `mirror-token` is refused.
"""
import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

repository, address_file = sys.argv[1:]
pulls = []


def has_branch(name):
    found = subprocess.run(["git", "-C", repository, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}"],
                           capture_output=True)
    return found.returncode == 0


def shown(number):
    pull = pulls[number - 1]
    state = "open" if has_branch(pull["head"]) and pull["open"] else "closed"
    pull["open"] = state == "open"
    return {"number": number, "state": state, "title": pull["title"], "html_url": f"{address}/shop/pull/{number}"}


class Forge(BaseHTTPRequestHandler):
    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def path_after_repository(self):
        url = urlparse(self.path)
        found = re.fullmatch(r"/repos/shop/shop(/pulls.*)", url.path)
        return (found and found[1]), parse_qs(url.query)

    def refused(self):
        if self.headers.get("Authorization") == "Bearer mirror-token":
            return False
        self.answer(401, {"message": "Bad credentials"})
        return True

    def do_GET(self):
        page = re.fullmatch(r"/shop/pull/(\d+)", self.path)
        if page and int(page[1]) <= len(pulls):
            return self.answer(200, shown(int(page[1])))
        if self.refused():
            return None
        path, query = self.path_after_repository()
        one = re.fullmatch(r"/pulls/(\d+)", path or "")
        if one and int(one[1]) <= len(pulls):
            return self.answer(200, shown(int(one[1])))
        if path == "/pulls":
            everything = [shown(number) for number in range(1, len(pulls) + 1)]
            head = query["head"][0].partition(":")[2]
            found = [p for p in everything if pulls[p["number"] - 1]["head"] == head and p["state"] == "open"]
            return self.answer(200, found)
        return self.answer(404, {"message": "Not Found"})

    def do_POST(self):
        if self.refused():
            return None
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path, _ = self.path_after_repository()
        if path != "/pulls":
            return self.answer(404, {"message": "Not Found"})
        taken = [n for n in range(1, len(pulls) + 1)
                 if pulls[n - 1]["head"] == wanted["head"] and shown(n)["state"] == "open"]
        if not has_branch(wanted["head"]) or not has_branch(wanted["base"]) or taken:
            return self.answer(422, {"message": "Validation Failed"})
        pulls.append({"head": wanted["head"], "title": wanted["title"], "open": True})
        return self.answer(201, shown(len(pulls)))


server = ThreadingHTTPServer(("127.0.0.1", 0), Forge)
address = f"http://127.0.0.1:{server.server_port}"
with open(address_file, "w") as file:
    file.write(address)
server.serve_forever()
