"""/stats/size: how large the studies' JSON is."""

from __future__ import annotations

import itertools
from typing import Any

from crawler.replica.store import Snapshot

_PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_LARGEST = 10
_RANGE_KB = (0, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)


def size_stats(snapshot: Snapshot) -> dict[str, Any]:
    """Number of studies, mean, percentiles, distribution and the largest ones."""
    sizes = sorted((len(body), nct_id) for nct_id, body in snapshot.bodies.items())
    lengths = [length for length, _ in sizes]
    return {
        "totalStudies": len(sizes),
        "averageSizeBytes": round(sum(lengths) / len(lengths)) if lengths else 0,
        "percentiles": {str(p): lengths[(len(lengths) - 1) * p // 100] for p in _PERCENTILES} if lengths else {},
        "ranges": _ranges(lengths),
        "largestStudies": [{"id": nct_id, "sizeBytes": length} for length, nct_id in reversed(sizes[-_LARGEST:])],
    }


def _ranges(lengths: list[int]) -> list[dict[str, Any]]:
    found = []
    for low, high in itertools.pairwise(_RANGE_KB):
        count = sum(low * 1024 <= length < high * 1024 for length in lengths)
        found.append({"sizeRange": f"{low}KB - {high}KB", "studiesCount": count})
    return found
