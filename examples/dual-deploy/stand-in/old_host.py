"""The old host: shows what is pushed to its repository, /BRANCH/PATH.

usage: old_host.py REPOSITORY ADDRESS_FILE
"""
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

repository, address_file = sys.argv[1:]


class Host(BaseHTTPRequestHandler):
    def do_GET(self):
        branch, _, path = self.path.strip("/").partition("/")
        shown = subprocess.run(["git", "-C", repository, "show", f"refs/heads/{branch}:{path}"], capture_output=True)
        self.send_response(404 if shown.returncode else 200)
        self.send_header("Content-Length", str(len(shown.stdout)))
        self.end_headers()
        self.wfile.write(shown.stdout)


server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
with open(address_file, "w") as file:
    file.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
