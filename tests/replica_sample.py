"""Small records of our own for the tests of the replica, and a client for it."""

from __future__ import annotations

from typing import Any

import httpx


def study(number: int, **values: Any) -> dict[str, Any]:
    """A minimal record; `values` are put at double-underscore paths below protocolSection."""
    nct_id = f"NCT{number:08d}"
    record: dict[str, Any] = {
        "protocolSection": {
            "identificationModule": {"nctId": nct_id, "briefTitle": f"Study number {number}"},
            "statusModule": {
                "overallStatus": "COMPLETED",
                "lastUpdateSubmitDate": "2026-01-02",
                "lastUpdatePostDateStruct": {"date": "2026-01-05", "type": "ACTUAL"},
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-10-01"}},
        "hasResults": False,
    }
    for path, value in values.items():
        *keys, last = path.split("__")
        node = record["protocolSection"]
        for key in keys:
            node = node.setdefault(key, {})
        node[last] = value
    return record


def studies(count: int) -> list[dict[str, Any]]:
    return [study(number) for number in range(1, count + 1)]


class Client:
    """GET against a running replica; `query_cond="x"` is sent as `query.cond=x`, `filter_ids` as `filter.ids`."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=5)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, *, headers: dict[str, str] | None = None, **params: Any) -> httpx.Response:
        return self.http.get(path, params=_dotted(params) or None, headers=headers)

    def json(self, path: str, **params: Any) -> Any:
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def page(self, **params: Any) -> Any:
        return self.json("/studies", **params)

    def ids(self, **params: Any) -> set[str]:
        """The ids of all pages; fails if one comes twice or the total is another."""
        params = {"pageSize": 1000, "countTotal": "true", "fields": "NCTId", **params}
        page = first = self.page(**params)
        found = ids_of(page)
        while token := page.get("nextPageToken"):
            page = self.page(**params, pageToken=token)
            found += ids_of(page)
        assert len(found) == len(set(found)) == first["totalCount"]
        return set(found)

    def numbers(self, **params: Any) -> set[int]:
        return {int(nct_id[3:]) for nct_id in self.ids(**params)}


def ids_of(page: Any) -> list[str]:
    return [record["protocolSection"]["identificationModule"]["nctId"] for record in page["studies"]]


def _dotted(params: dict[str, Any]) -> dict[str, Any]:
    prefixes = ("query_", "filter_", "postFilter_")
    return {
        name.replace("_", ".", 1) if name.startswith(prefixes) else name: value
        for name, value in params.items()
        if value is not None
    }
