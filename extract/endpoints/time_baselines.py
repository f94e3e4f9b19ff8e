"""Which baselines are points of assessment, and which only say from where a span is counted."""

from __future__ import annotations

from extract.endpoints.time_items import Item
from extract.endpoints.time_tokens import Token
from extract.endpoints.time_words import TimeWords


def add_baselines(frame: TimeWords) -> None:
    """Add the baselines that are points of assessment to what is done."""
    if "baseline" not in frame.kinds:
        return
    for index, token in enumerate(frame.tokens):
        if token.kind == "baseline" and index not in frame.consumed and _counts(frame, index, token):
            frame.done.append(Item("at", 0.0, 0.0, None, index, index, frame.brackets[index]))


def _counts(frame: TimeWords, index: int, token: Token) -> bool:
    before = frame.tokens[index - 1] if index else None
    following = frame.tokens[index + 1 : index + 3]
    if len(following) == 2 and following[0].name == "(" and following[1].kind == "baseline":
        return index + 2 not in frame.consumed  # "Baseline (pre-op) to 12 months"
    if before is not None and (
        (before.name in ("from", "before") and before.text != "between")
        or before.text in ("post", "after", "following", "since", "to", "of")
    ):
        return False
    if _names_start(frame, index):
        return False
    leads = bool(following) and following[0].name in ("up_to", "to")
    if leads and (not frame.done or any(item.is_span for item in frame.done)):
        return False  # "Screening through study completion, an average of 2 years", "baseline to discharge"
    if token.text.startswith("screening") and _is_no_point(frame, index):
        return False
    if len(frame.openings) > 1 and following and _is_spelled_out(frame, index + 1):
        return False
    if before is not None and before.text == "-" and index > 1 and frame.tokens[index - 2].text == "post":
        return False
    if before is not None and before.name == "(" and any(item.last == index - 2 for item in frame.done):
        return False  # "Week 1 (baseline)"
    if token.text.replace("-", " ").replace(" ", "") in ("predose", "beforedosing"):
        return not frame.done or any(item.unit in ("min", "h") for item in frame.done)
    return True


def _names_start(frame: TimeWords, index: int) -> bool:
    """`From the first dose (baseline, day 0) to week 4`: another name for where a span begins."""
    return any(
        item.is_span
        and not item.low
        and index < item.first
        and all(token.name in ("(", ",") for token in frame.tokens[index + 1 : item.first])
        for item in frame.done
    )


def _is_spelled_out(frame: TimeWords, index: int) -> bool:
    """`Baseline period (week -4 to week 0)`."""
    period = frame.tokens[index].kind in ("word", "fill")
    index += period
    if index >= len(frame.tokens) or frame.tokens[index].name != "(":
        return False
    inside = [item for item in frame.done if item.bracket == frame.brackets[index]]
    return any(item.low < 0 and item.high <= 0 and (period or item.relation != "at") for item in inside)


def _is_no_point(frame: TimeWords, index: int) -> bool:
    """In "screening -30 d to baseline" its time is given; "screening until discharge" is a span."""
    if not frame.done:
        return any(token.kind != "fill" for token in frame.tokens[index + 1 :])
    return any(item.low < 0 and index < item.first <= index + 2 for item in frame.done)
