"""A preprocessor of mdBook: a link from a page to a file outside of `docs/` leads to the repository on GitLab."""

import json
import posixpath
import re
import sys

FILES = "https://gitlab.com/nestling-ci/nestling/-/blob/main/"
LINK = re.compile(r"(?<=\]\()(?P<path>\.\./[^)#\s]*)(?P<place>#[^)\s]*)?(?=\))")


def outside(page, match):
    """The address of a file outside of the book; the link as it is where it leads to another page."""
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), match["path"]))
    return match[0] if path.startswith("docs/") else FILES + path + (match["place"] or "")


def visit(items):
    """Rewrites the chapters of a book, and those in them."""
    for item in items:
        if chapter := isinstance(item, dict) and item.get("Chapter"):
            if chapter["path"]:
                page = chapter.get("source_path") or chapter["path"]
                chapter["content"] = LINK.sub(lambda match: outside(page, match), chapter["content"])
            visit(chapter["sub_items"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["supports"]:
        sys.exit(0)
    _, book = json.load(sys.stdin)
    visit(book.get("items", book.get("sections", [])))
    json.dump(book, sys.stdout)
