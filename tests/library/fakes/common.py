"""What the fakes share: they record their calls, keep a registry in a directory, and refuse what the real programs refuse."""

import base64
import hashlib
import json
import os
import re
import sys

STATE = os.environ["FAKES"]


def record(program):
    with open(os.path.join(STATE, "calls"), "a", encoding="utf-8") as calls:
        calls.write(json.dumps([program, *sys.argv[1:]]) + "\n")


def refuse(message):
    sys.exit(f"ERROR: {message}")


def options(arguments, flags, values):
    """Splits arguments into options and operands; an option that the program does not have is refused."""
    found, operands = [], []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if not argument.startswith("-"):
            operands.append(argument)
            continue
        name, equals, value = argument.partition("=")
        if name in flags:
            found.append((name, value if equals else True))
        elif name in values:
            if not equals and not rest:
                refuse(f"flag needs an argument: {name}")
            found.append((name, value if equals else rest.pop(0)))
        else:
            refuse(f"unknown flag: {name}")
    return found, operands


def named(found, name):
    return [value for key, value in found if key == name]


REFERENCE = re.compile(
    r"^(?P<host>[a-zA-Z0-9.-]+(:[0-9]+)?)/(?P<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?$"
)


def reference(text):
    match = REFERENCE.match(text)
    if not match:
        refuse(f'invalid reference format: "{text}"')
    return match


def authorized(host, config):
    """Refuses a registry whose credentials are not those that it expects."""
    try:
        with open(config, encoding="utf-8") as file:
            auth = json.load(file).get("auths", {}).get(host, {}).get("auth", "")
    except OSError:
        auth = ""
    expected = os.environ.get("FAKE_LOGIN", "")
    if not auth or base64.b64decode(auth).decode() != expected:
        refuse(f"failed to authorize: {host}: 401 Unauthorized")


def path_of(match, tag):
    key = f"{match['host']}/{match['path']}:{tag}".replace("/", "%")
    return os.path.join(STATE, "registry", key)


def push(text, config):
    """Stores a reference and returns its digest."""
    match = reference(text)
    authorized(match["host"], config)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    os.makedirs(os.path.join(STATE, "registry"), exist_ok=True)
    with open(path_of(match, match["tag"] or "latest"), "w", encoding="utf-8") as file:
        file.write(digest)
    return digest


def find(text):
    """Returns the digest of a stored reference."""
    match = reference(text)
    names = os.listdir(os.path.join(STATE, "registry")) if os.path.isdir(os.path.join(STATE, "registry")) else []
    prefix = f"{match['host']}/{match['path']}:".replace("/", "%")
    for name in names:
        with open(os.path.join(STATE, "registry", name), encoding="utf-8") as file:
            digest = file.read()
        is_named = name == prefix + (match["tag"] or "latest")
        if name.startswith(prefix) and (digest == match["digest"] if match["digest"] else is_named):
            return digest
    return None


def exporter(text):
    """Reads `type=registry,ref=…`."""
    pairs = dict(part.partition("=")[::2] for part in text.split(","))
    if "type" not in pairs:
        refuse(f"type is required: {text}")
    return pairs


def dockerfile(path, target):
    if not os.path.isfile(path):
        refuse(f"failed to read dockerfile: open {path}: no such file or directory")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not re.search(r"^FROM ", text, re.M):
        refuse("file with no instructions")
    if target and not re.search(rf"^FROM .* AS {re.escape(target)}$", text, re.M | re.I):
        refuse(f'target stage "{target}" could not be found')


def directory(path):
    if not os.path.isdir(path):
        refuse(f'path "{path}" not found')


def secrets(given):
    for secret in given:
        pairs = dict(part.partition("=")[::2] for part in secret.split(","))
        if "id" not in pairs or ("env" not in pairs and "src" not in pairs):
            refuse(f"invalid secret: {secret}")
