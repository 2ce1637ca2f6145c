"""A web server over a folder.

usage: web.py FOLDER ADDRESS_FILE
"""
import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

folder, address_file = sys.argv[1:]
server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(SimpleHTTPRequestHandler, directory=folder))
with open(address_file, "w") as file:
    file.write(f"http://127.0.0.1:{server.server_port}")
server.serve_forever()
