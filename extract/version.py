"""The version of the rules, without loading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

RULES_VERSION = "1"


@cache
def extractor_version() -> str:
    """Version of the rules: it changes with every change of code or data in this package.

    Facts carry it, so that what was read under older rules is known and read again.
    """
    digest = hashlib.sha256()
    for name, content in sorted(_sources(files("extract"), "")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return f"{RULES_VERSION}.{digest.hexdigest()[:8]}"


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _sources(item, f"{prefix}{item.name}/")
        elif item.name.endswith((".py", ".toml", ".tsv")):
            yield prefix + item.name, item.read_bytes()
