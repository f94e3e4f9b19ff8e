"""From one tree to another by a table: `data/<form>.tsv` says which value of a form is which field of the registry's.

Columns of a table: `target` (a path of the registry's model), `source` (a path in the form), `kind` (what to do with
the value, see `KINDS`). `[]` marks lists: the first of the source fills the first of the target, and so on. A target
that ends in `[]` is a list of plain values. In XML a step is a child's name, `@name` an attribute, `.` the element.
A source that starts with `=` is a constant. A target `fields.NAME` goes to what the registry's model has no place for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

from crawler.jsontext import Json
from crawler.readers import values
from crawler.readers.base import PROTOCOL, Draft

Node = Any  # an element of XML, or a value of JSON
Step = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table."""

    target: tuple[Step, ...]
    source: tuple[Step, ...]
    kind: str
    constant: str | None = None
    name: str = ""


@cache
def table(form: str) -> tuple[Rule, ...]:
    """The table of a form."""
    text = files("crawler.readers").joinpath(f"data/{form}.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(_rule(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _rule(row: dict[str, str]) -> Rule:
    target, source = row["target"], row["source"]
    name = target.removeprefix("fields.") if target.startswith("fields.") else ""
    if not name and not target.split(".", 1)[0].endswith("Section") and target != "hasResults":
        target = PROTOCOL + target
    constant = source[1:] if source.startswith("=") else None
    steps = () if constant is not None else _steps(source, "/")
    return Rule(_steps(target, "."), steps, row["kind"] or "text", constant, name)


def _steps(path: str, separator: str) -> tuple[Step, ...]:
    return tuple((step.removesuffix("[]"), step.endswith("[]")) for step in path.split(separator))


def fill(draft: Draft, source: Node, form: str) -> None:
    """Put everything that the table of `form` finds in `source` into the draft."""
    lists: dict[tuple[Any, ...], dict[Any, Any]] = {}
    for rule in table(form):
        if rule.constant is not None:
            _place(draft.data, rule.target, (), KINDS[rule.kind](rule.constant, draft), lists)
            continue
        for indexes, raw in _walk(source, rule.source, ()):
            if rule.name:
                draft.field(rule.name, text_of(raw))
                continue
            found = _converted(rule.kind, raw, draft)
            if found is not None and found != "" and found != []:
                _place(draft.data, rule.target, indexes, found, lists)


def _converted(kind: str, raw: Node, draft: Draft) -> Json:
    name, _, table_name = kind.partition(" ")
    if name == "block":
        return KINDS["block"](block_of(raw), draft)
    text = text_of(raw)
    if not text:
        return None
    if name == "code":
        return values.code(text, table_name)
    if name == "known":
        return values.known_code(text, table_name)
    return KINDS[kind](text, draft)


def _walk(node: Node, steps: tuple[Step, ...], indexes: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Node]]:
    if not steps:
        yield indexes, node
        return
    (name, many), rest = steps[0], steps[1:]
    below = children(node, name)
    if many:
        for index, child in enumerate(below):
            yield from _walk(child, rest, (*indexes, index))
    elif below:
        yield from _walk(below[0], rest, indexes)


def children(node: Node, name: str) -> list[Node]:
    """What stands under a name in an element of XML or an object of JSON; `.` is the node itself."""
    if name == ".":
        return [node]
    if isinstance(node, Element):
        if name.startswith("@"):
            return [node.attrib[name[1:]]] if name[1:] in node.attrib else []
        return node.findall(name)
    found = node.get(name) if isinstance(node, dict) else None
    if found is None:
        return []
    return list(found) if isinstance(found, list) else [found]


def text_of(node: Node) -> str:
    """A node's text with blanks evened out; `""` for what has none."""
    if isinstance(node, Element):
        return " ".join("".join(node.itertext()).split())
    if isinstance(node, bool):
        return "true" if node else "false"
    return " ".join(str(node).split()) if isinstance(node, str | int | float) else ""


def block_of(node: Node) -> str:
    """A node's text with its lines as they are."""
    if isinstance(node, Element):
        return "".join(node.itertext())
    return str(node) if isinstance(node, str | int | float) and not isinstance(node, bool) else ""


def _place(
    data: dict[str, Any], target: tuple[Step, ...], indexes: tuple[int, ...], value: Json,
    lists: dict[tuple[Any, ...], dict[Any, Any]],
) -> None:  # fmt: skip
    """Put a value where it belongs. `lists` knows which item of a list an index of the source became: items that
    have no value at all make none."""
    place: Any = data
    left = list(indexes)
    seen: tuple[Any, ...] = ()
    for name, many in target[:-1]:
        seen = (*seen, name)
        if not many:
            place = place.setdefault(name, {})
            continue
        items = place.setdefault(name, [])
        index = left.pop(0) if left else 0
        known = lists.setdefault(seen, {})
        if index not in known:
            known[index] = {}
            items.append(known[index])
        place = known[index]
        seen = (*seen, index)
    name, many = target[-1]
    if not many:
        place.setdefault(name, value)
    else:
        place.setdefault(name, []).extend(value if isinstance(value, list) else [value])


def _date(text: str, draft: Draft, day_first: bool | None = None) -> str | None:
    found, flag = values.date(text, day_first)
    if flag:
        draft.flag(flag)
        draft.field("date as printed", text)
    return found


_PARAGRAPH = re.compile(r"\n[ \t]*\n+")
_ITEM = re.compile(r"(\s*)(?:(-)\s\s?|(\d{1,2}\.)\s)\s*(?=\S)")


def unwrapped(text: str) -> str:
    """A text whose lines were broken and indented for print, as the registry writes it today.

    Lines of a paragraph become one; `-  ` items become `* ` items, indented four blanks a level, one a line.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").expandtabs()
    parts: list[str] = []
    items = False
    levels: list[int] = []
    for paragraph in _PARAGRAPH.split(text):
        if not paragraph.strip():
            continue
        line = " ".join(paragraph.split())
        match = _ITEM.match(paragraph)
        if match:
            depth = len(match[1])
            while levels and levels[-1] > depth:
                levels.pop()
            if not levels or levels[-1] < depth:
                levels.append(depth)
            mark = "*" if match[2] else match[3]
            line = f"{'    ' * (len(levels) - 1)}{mark} {' '.join(paragraph[match.end() :].split())}"
        else:
            levels = []
        parts.append(("\n" if items and match else "\n\n" if parts else "") + line)
        items = match is not None
    return "".join(parts)


KINDS: dict[str, Callable[[str, Draft], Any]] = {
    "text": lambda text, _: text,
    "block": lambda text, _: unwrapped(text),
    "date": _date,
    "date dmy": lambda text, draft: _date(text, draft, day_first=True),
    "age": lambda text, _: values.age(text),
    "count": lambda text, _: values.count(text),
    "bool": lambda text, _: values.yes_no(text),
    "phases": lambda text, _: values.phases(text),
    "group": lambda text, _: values.result_group(text),
}
