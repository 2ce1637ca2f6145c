"""Runs `preview --watch` in a pseudo-terminal: saves an error, resizes the window, presses `q`. Prints what was seen as JSON.

Usage: terminal.py NESTLING FILE, in the repository; FILE is what is saved."""

import fcntl, json, os, pty, re, select, struct, sys, termios, time

nestling, file = sys.argv[1:3]
deadline = time.time() + 60


def size(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


pid, terminal = pty.fork()
if pid == 0:
    size(0, 100)
    os.environ.update(TERM="xterm", NO_COLOR="1")
    os.execv(nestling, [nestling, "preview", "--watch"])


def until(pattern):
    """Reads until the pattern is there; returns the text after the last clearing of the screen."""
    text = ""
    while time.time() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                text += os.read(terminal, 65536).decode("utf-8", "replace")
            except OSError:
                break
        shown = text.rsplit("\x1b[3J", 1)[-1]
        if re.search(pattern, shown):
            return shown
    raise SystemExit(f"not seen: {pattern}\n{text}")


seen = {"first": until(r"\d+ of \d+ units, ")}
time.sleep(0.5)
with open(file, "a") as opened:
    opened.write("broken: { scrpt: x }\n")
seen["broken"] = until(r"\d+ errors?[^\n]*\r\n$")
size(terminal, 60)
seen["narrow"] = until(r"\d+ errors?[^\n]*\r\n$")
os.write(terminal, b"q")
_, status = os.waitpid(pid, 0)
seen["exit"] = os.waitstatus_to_exitcode(status)
print(json.dumps(seen))
