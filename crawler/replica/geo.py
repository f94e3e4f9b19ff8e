"""`filter.geo=distance(lat,lon,50mi)`: studies with a location no further than that."""

from __future__ import annotations

import math
import re

from crawler.replica.respond import BadRequest
from crawler.replica.store import Snapshot

_DISTANCE = re.compile(r"distance\((-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)(km|mi)?\)")
_EARTH_KM = 6371.0088
_MILE_KM = 1.609344


def distance_filter(name: str, text: str, snapshot: Snapshot) -> dict[str, float]:
    """The studies with any geopoint in reach; a distance without unit is in miles. Raises BadRequest."""
    match = _DISTANCE.fullmatch(text.replace(" ", ""))
    if match is None:
        raise BadRequest(f"`{name}` must look like distance(39.0,-77.1,50mi): {text}")
    lat, lon = float(match[1]), float(match[2])
    reach = float(match[3]) * (1.0 if match[4] == "km" else _MILE_KM)
    points = snapshot.column(snapshot.model.by_piece["LocationGeoPoint"])
    return {
        nct_id: 0.0
        for nct_id, found in points.items()
        if any(_kilometres(lat, lon, point) <= reach for point in found if isinstance(point, dict))
    }


def _kilometres(lat: float, lon: float, point: dict[str, float]) -> float:
    """The great-circle distance; infinite if the point has no coordinates."""
    try:
        lat2, lon2 = float(point["lat"]), float(point["lon"])
    except (KeyError, TypeError, ValueError):
        return math.inf
    half_lat, half_lon = math.radians(lat2 - lat) / 2, math.radians(lon2 - lon) / 2
    across = math.sin(half_lat) ** 2
    along = math.cos(math.radians(lat)) * math.cos(math.radians(lat2)) * math.sin(half_lon) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(across + along)))
