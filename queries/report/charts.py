"""The report's charts: Vega-Lite specifications, drawn as SVG when the page is made, so that it needs no scripts.

Every mark is a link to its evidence on the page, which a keyboard reaches like any other link. A chart is drawn
twice, wide and narrow; the style sheet shows the one that fits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from crawler.errors import UsageError
from queries.report.facts import Facts, Row

Spec = dict[str, Any]

_WIDE, _NARROW = 720, 215  # width of the plot without its labels
_MAX_ROWS = 80  # marks below each other that an eye can still follow
_MAX_UNITS = 8
_BESIDE = (0, 1, -1, 2, -2)  # where points of one time stand beside each other; more stand over these
_OLDEST = 100  # where an age range without an upper limit is drawn to
_PLANNED = ("dose", "level", "loading", "maintenance", "boost", "fraction", "total")
_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CONFIG = {
    "font": "Arial, Helvetica, sans-serif",
    # Room for labels where the reader's fonts are wider than those the drawing was measured with.
    "padding": {"left": 24, "right": 22, "top": 4, "bottom": 4},
    "background": "transparent",
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e4e4e4"},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "orient": "top", "columns": 3},
    "view": {"stroke": None},
    # Okabe and Ito's colours, which people with colour blindness tell apart.
    "range": {"category": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]},
}
# A row is named "number|first part|second part": the number keeps rows apart, and a narrow chart breaks the line.
_ROW = {
    "field": "row",
    "type": "nominal",
    "title": None,
    "sort": None,
    "axis": {
        "labelExpr": "narrow ? slice(split(datum.value, '|'), 1) : join(slice(split(datum.value, '|'), 1), ' · ')"
    },
}
_LINK = re.compile(r'<a xlink:href="[^"#]*(#[^"]*)"[^>]*>(<[a-z]+[^>]* aria-label="([^"]*)")')


def draw(spec: Spec) -> tuple[str, str]:
    """The wide and the narrow drawing of a chart, as SVG. Raises UsageError where the drawing library is missing."""
    try:
        import vl_convert
    except ImportError as error:
        raise UsageError("the report needs a library to draw: pip install 'trialkb[report]'") from error
    drawings = []
    for width, labels, narrow in ((_WIDE, 260, False), (_NARROW, 150, True)):
        two_lines = narrow and any(value["row"].count("|") > 1 for value in spec["data"]["values"])
        sized = {
            **spec,
            "width": width,
            "height": {"step": max(spec["height"]["step"], 32 if two_lines else 0), "for": "position"},
            # A label's first line stands at the middle of its row.
            "config": {
                **_CONFIG,
                "axisX": {"labelFlush": False},
                "axisY": {"labelLimit": labels, "labelOffset": -6 if two_lines else 0},
            },
            "params": [{"name": "narrow", "value": narrow}],
        }
        # No base address is allowed: a chart has its data within.
        svg = vl_convert.vegalite_to_svg(sized, vl_version="6.4", allowed_base_urls=[])
        drawings.append(_LINK.sub(r'<a href="\1"><title>\3</title>\2', svg))
    return drawings[0], drawings[1]


def dose_charts(facts: Facts) -> list[tuple[str, Spec, int]]:
    """A chart for each unit, cells first, then by number of trials: heading, specification, rows left out."""
    by_unit: dict[str, list[Row]] = {}
    for row in facts.doses:
        if row["canonical_unit"] and row["canonical_low"] and row["role"] in _PLANNED and row["evidence"]:
            by_unit.setdefault(row["canonical_unit"], []).append(row)

    def importance(unit: str) -> tuple[bool, int]:
        return "{cells}" in unit, len({row["nct_id"] for row in by_unit[unit]})

    units = sorted(by_unit, key=importance, reverse=True)[:_MAX_UNITS]
    return [(unit_text(unit), _doses(by_unit[unit], unit), max(0, len(by_unit[unit]) - _MAX_ROWS)) for unit in units]


def unit_text(unit: str) -> str:
    """A unit for people: cells/kg, mg/m²."""
    return unit.translate(str.maketrans("", "", "{}[]")).replace("/m2", "/m²").replace("ug", "µg")


def _row_names(names: list[tuple[str, ...]]) -> list[str]:
    """Names of rows; one that stands there already is not repeated below itself."""
    found = []
    for number, name in enumerate(names):
        shown = () if number and name == names[number - 1] else name
        found.append("|".join([f"{number:04d}", *(part.replace("|", "/") for part in shown if part)]))
    return found


def _doses(rows: list[Row], unit: str) -> Spec:
    shown = sorted(rows, key=lambda row: (row["agent"].lower(), row["nct_id"], row["canonical_low"]))[:_MAX_ROWS]
    names = _row_names([(row["nct_id"], row["agent"]) for row in shown])
    lows = [row["canonical_low"] for row in shown]
    highs = [row["canonical_high"] or row["canonical_low"] for row in shown]
    logarithmic = "{cells}" in unit or max(highs) > 50 * min(lows)
    values = [
        {
            "row": name, "low": low, "high": high, "role": row["role"], "link": f"#{row['evidence']}",
            "tip": " ".join(filter(None, (f"{row['nct_id']}: {row['agent']}", row["amount"], row["schedule"]))),
        }
        for row, name, low, high in zip(shown, names, lows, highs, strict=True)
    ]  # fmt: skip
    axis: Spec = {"title": unit_text(unit)}
    scale: Spec = {"type": "log", "nice": False} if logarithmic else {"zero": True}
    if logarithmic:
        first, last = math.floor(math.log10(min(lows))), math.ceil(math.log10(max(highs)))
        axis |= _powers_of_ten(first, max(last, first + 1))
        scale["domain"] = [10.0**first, 10.0 ** max(last, first + 1)]
    shared = {"href": {"field": "link"}, "description": {"field": "tip"}}
    x = {"type": "quantitative", "scale": scale, "axis": axis}
    position = {"x": {"field": "low", **x}, "y": _ROW}
    colour = {"field": "role", "type": "nominal", "title": None, "legend": {"symbolOpacity": 1, "symbolType": "circle"}}
    return {
        "data": {"values": values},
        "height": {"step": 20},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 4, "opacity": 0.5},
             "encoding": {**position, "x2": {"field": "high"}, "color": colour}},
            *({"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
               "encoding": {"x": {"field": end, **x}, "y": _ROW, "color": colour, **shared}}
              for end in ("low", "high")),
        ],
    }  # fmt: skip


def _powers_of_ten(first: int, last: int) -> Spec:
    labels = {str(power): "10" + str(power).translate(_POWERS) for power in range(first, last + 1)}
    pairs = ", ".join(f"'{power}': '{label}'" for power, label in labels.items())
    where = "round(log(datum.value) / LN10)"
    return {"values": [10.0**power for power in range(first, last + 1)], "labelExpr": f"({{{pairs}}})[{where}]"}


def age_chart(facts: Facts) -> tuple[Spec, int]:
    """Age ranges as bars, one a trial and cohort; an arrow where no upper limit is stated."""
    rows = [row for row in facts.ages if row["low"] is not None or row["high"] is not None]
    names = _row_names([(row["nct_id"], row["cohort"] or "") for row in rows[:_MAX_ROWS]])
    values = [
        {
            "row": name, "low": row["low"] or 0,
            "high": row["high"] if row["high"] is not None else _OLDEST, "open": row["high"] is None,
            "said": "in the text" if row["quote"] else "in the registry's fields",
            "link": f"#{row['evidence'] or row['nct_id']}", "tip": f"{row['nct_id']}: {row['ages']}",
        }
        for row, name in zip(rows, names, strict=False)
    ]  # fmt: skip
    axis = {"title": "age in years", "tickCount": 10}
    scale = {"domain": [0, _OLDEST], "clamp": True}
    return {
        "data": {"values": values},
        "height": {"step": 20},
        "layer": [
            {"mark": {"type": "bar", "height": 11},
             "encoding": {"x": {"field": "low", "type": "quantitative", "axis": axis, "scale": scale},
                          "x2": {"field": "high"}, "y": _ROW,
                          "color": {"field": "said", "type": "nominal", "title": None},
                          "href": {"field": "link"}, "description": {"field": "tip"}}},
            {"transform": [{"filter": "datum.open"}],
             "mark": {"type": "point", "shape": "triangle-right", "filled": True, "size": 90, "color": "#333"},
             "encoding": {"x": {"field": "high", "type": "quantitative"}, "y": _ROW}},
        ],
    }, max(0, len(rows) - _MAX_ROWS)  # fmt: skip


def endpoint_chart(facts: Facts) -> tuple[Spec, int]:
    """Primary endpoints by the last time at which they are measured; those without one are only in the table."""
    rows = [row for row in facts.endpoints if row["horizon_days"] and row["evidence"]]
    seen: Counter[tuple[str, float]] = Counter()
    values = []
    for row in rows:
        point = row["endpoint_label"], max(1.0, row["horizon_days"])
        values.append(
            {
                "row": "|".join(["", *_two_lines(point[0])]), "days": point[1],
                "place": _BESIDE[seen[point] % len(_BESIDE)],
                "link": f"#{row['evidence']}", "tip": f"{row['nct_id']}: {row['endpoint_label']} {row['times']}",
            }
        )  # fmt: skip
        seen[point] += 1
    ticks = {
        1: "1 d", 7: "1 wk", 30: "1 mo", 91: "3 mo", 183: "6 mo", 365: "1 y", 731: "2 y", 1826: "5 y", 3653: "10 y",
    }  # fmt: skip
    pairs = ", ".join(f"'{days}': '{label}'" for days, label in ticks.items())
    axis = {"title": "last time of measurement", "values": list(ticks), "labelExpr": f"({{{pairs}}})[datum.value]"}
    days = [value["days"] for value in values] or [1]
    scale = {"type": "log", "nice": False, "domain": [min(days) / 1.4, max(days) * 1.4]}
    join = "narrow ? slice(split(datum.value, '|'), 1) : join(slice(split(datum.value, '|'), 1), ' ')"
    return {
        "data": {"values": values},
        "height": {"step": 34},
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.9},
        "encoding": {
            "x": {"field": "days", "type": "quantitative", "scale": scale, "axis": axis},
            "y": {"field": "row", "type": "nominal", "title": None, "sort": "-x", "axis": {"labelExpr": join}},
            # Several trials at one time stand side by side, so that each can be followed.
            "yOffset": {"field": "place", "type": "quantitative", "scale": {"domain": [-2.5, 2.5]}},
            "href": {"field": "link"},
            "description": {"field": "tip"},
        },
    }, 0  # fmt: skip


def _two_lines(label: str) -> list[str]:
    """A label in two parts at the blank nearest to its middle."""
    blanks = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) < 20 or not blanks:
        return [label]
    middle = min(blanks, key=lambda place: abs(place - len(label) / 2))
    return [label[:middle], label[middle + 1 :]]


def timeline_chart(facts: Facts) -> tuple[Spec, int]:
    """From start to completion, one bar a trial."""
    rows = [row for row in facts.trials if row["start_date"]]
    values = [
        {
            "row": f"|{row['nct_id']}", "start": row["start_date"].isoformat(),
            "end": (row["completion_date"] or row["primary_completion_date"] or row["start_date"]).isoformat(),
            "status": (row["overall_status"] or "unknown").lower().replace("_", " "), "link": f"#{row['nct_id']}",
            "tip": f"{row['nct_id']}: {row['brief_title']}",
        }
        for row in rows[:_MAX_ROWS]
    ]  # fmt: skip
    return {
        "data": {"values": values},
        "height": {"step": 20},
        "mark": {"type": "bar", "height": 11},
        "encoding": {
            "x": {"field": "start", "type": "temporal", "title": None},
            "x2": {"field": "end"},
            "y": _ROW,
            "color": {"field": "status", "type": "nominal", "title": None},
            "href": {"field": "link"},
            "description": {"field": "tip"},
        },
    }, max(0, len(rows) - _MAX_ROWS)
