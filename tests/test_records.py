"""From bodies to records: every shape they come in, and every way in which they are broken."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import records as module
from crawler.jsontext import Json
from crawler.records import Record, Unreadable, content_sha256, records
from tests.crawler_fake import study


def ids(body: bytes, kind: str = "file") -> list[str]:
    """Ids of the records, and `!reason` for what is unreadable."""
    return [r.nct_id if isinstance(r, Record) else f"!{r.reason}" for r in records(body, kind)]


def unreadable(body: bytes, kind: str = "file") -> Unreadable:
    (found,) = [r for r in records(body, kind) if isinstance(r, Unreadable)]
    return found


def lines(*items: Json) -> bytes:
    return b"\n".join(item if isinstance(item, bytes) else orjson.dumps(item) for item in items) + b"\n"


ONE, TWO, THREE = study(1), study(2), study(3)
ALL = ["NCT00000001", "NCT00000002", "NCT00000003"]


@pytest.mark.parametrize(
    "body",
    [
        lines(ONE, TWO, THREE),
        lines(ONE, b"", TWO, b"  ", THREE),
        lines(ONE, TWO, THREE).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + lines(ONE, TWO, THREE),
        lines(ONE, TWO, THREE).rstrip(),
        orjson.dumps([ONE, TWO, THREE]),
        orjson.dumps({"studies": [ONE, TWO, THREE], "totalCount": 3}),
        json.dumps([ONE, TWO, THREE], indent=2).encode(),
        gzip.compress(lines(ONE, TWO, THREE)),
        gzip.compress(orjson.dumps([ONE])[:-1]) + gzip.compress(b"," + orjson.dumps([TWO, THREE])[1:]),
    ],
)
def test_shapes(body: bytes) -> None:
    assert ids(body) == ALL


def test_single_study() -> None:
    assert ids(orjson.dumps(ONE), "study") == ALL[:1]
    assert ids(json.dumps(ONE, indent=2).encode()) == ALL[:1]


def test_zip_of_studies() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.mkdir("01")
        for number, item in enumerate((ONE, TWO, THREE), 1):
            target.writestr(f"0{number}/NCT{number:08d}.json", orjson.dumps(item))
        target.writestr("01/bad.json", b"{")
    found = list(records(buffer.getvalue(), "file"))
    assert [r.nct_id for r in found if isinstance(r, Record)] == ALL
    assert unreadable(buffer.getvalue()).position == "01/bad.json line 1"


@pytest.mark.parametrize("kind", ["version", "metadata", "ids", "run"])
def test_kinds_without_records(kind: str) -> None:
    assert ids(orjson.dumps({"studies": [ONE]}), kind) == []


def test_empty_page_and_empty_file() -> None:
    assert ids(b'{"studies": []}', "page") == []
    assert ids(b"") == []
    assert ids(b"\n \n") == []


def test_duplicates_come_as_they_are() -> None:
    assert ids(lines(ONE, ONE)) == ["NCT00000001", "NCT00000001"]


def test_compact_json_keeps_the_order_of_keys() -> None:
    (found,) = records(
        b'{ "protocolSection" : {"z": 1, "identificationModule": {"nctId": "NCT00000001"}, "a": 2}}', "study"
    )
    assert isinstance(found, Record)
    assert found.json == b'{"protocolSection":{"z":1,"identificationModule":{"nctId":"NCT00000001"},"a":2}}'
    assert orjson.loads(found.json) == found.data


# -- the content hash ------------------------------------------------------------------------------------------


def test_hash_ignores_order_and_data_version() -> None:
    base = content_sha256(ONE)
    moved = {**ONE, "derivedSection": {"miscInfoModule": {"versionHolder": "2027-12-31"}}}
    turned = dict(reversed(ONE.items()))
    assert content_sha256(moved) == content_sha256(turned) == base
    assert moved["derivedSection"]["miscInfoModule"] == {"versionHolder": "2027-12-31"}


def test_hash_sees_everything_else() -> None:
    base = content_sha256(ONE)
    assert content_sha256({**ONE, "hasResults": False}) != base
    assert content_sha256({**ONE, "derivedSection": {"miscInfoModule": {"removedCountries": ["X"]}}}) != base
    assert content_sha256({**ONE, "protocolSection": {}}) != base


@pytest.mark.parametrize("odd", [None, [], "x", {"miscInfoModule": None}, {"miscInfoModule": []}])
def test_hash_of_odd_shapes(odd: Json) -> None:
    assert content_sha256({"derivedSection": odd}) != content_sha256({"derivedSection": {"miscInfoModule": {}}})


# -- what cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "not JSON"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT00000002"}}', "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"a": "\xc3("}', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b"[" * 5000 + b"]" * 5000, "not JSON"),
        (b"7", "not a number"),
        (b'"NCT00000002"', "not text"),
        (b"null", "not null"),
        (b"[]", "not a list"),
        (b"true", "not a boolean"),
        (b"{}", "no protocolSection"),
        (b'{"protocolSection": null}', "no protocolSection"),
        (b'{"protocolSection": []}', "no protocolSection"),
        (b'{"protocolSection": {"identificationModule": null}}', "identificationModule is null"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT2"}}}', "malformed nctId 'NCT2'"),
        (b'{"protocolSection": {"identificationModule": {"nctId": 2}}}', "malformed nctId"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "not applicable"}}}', "malformed nctId"),
        ('{"protocolSection": {"identificationModule": {"nctId": "NCT٠٠٠٠٠٠٠٢"}}}'.encode(), "malformed nctId"),
    ],
)
def test_one_bad_line_does_not_stop_the_rest(bad: bytes, reason: str) -> None:
    body = lines(ONE, bad, THREE)
    found = unreadable(body)
    assert reason in found.reason
    assert (found.position, found.raw) == ("line 2", bad)
    assert [i for i in ids(body) if not i.startswith("!")] == ["NCT00000001", "NCT00000003"]


def test_bad_first_lines() -> None:
    assert [i[:9] for i in ids(lines(b"{oops", b"{oops", ONE))] == ["!not JSON", "!not JSON", "NCT000000"]


def test_broken_document_is_one_failure_not_a_thousand() -> None:
    assert len(ids(json.dumps(ONE, indent=2).encode()[:-20])) == 1


def test_page_with_a_broken_byte_keeps_its_other_records() -> None:
    bad = orjson.dumps(TWO).replace(b"A trial", b"A \xfftrial")
    body = b'{"studies":[' + b",\n".join([orjson.dumps(ONE), bad, orjson.dumps(THREE)]) + b'],"nextPageToken":"x"}'
    assert unreadable(body, "page").raw == bad
    assert [i for i in ids(body, "page") if not i.startswith("!")] == ["NCT00000001", "NCT00000003"]


def test_page_with_a_broken_record_resumes_at_the_next_line() -> None:
    bad = orjson.dumps(TWO).replace(b'"A trial', b"A trial")
    body = b'{"studies":[' + b",\n".join([orjson.dumps(ONE), bad, orjson.dumps(THREE)]) + b"]}"
    assert [i for i in ids(body, "page") if not i.startswith("!")] == ["NCT00000001", "NCT00000003"]


def test_page_cut_short_says_so() -> None:
    body = orjson.dumps({"studies": [ONE, TWO, THREE]})
    got = ids(body[:-60], "page")
    assert got[:2] == ALL[:2]
    assert got[2].startswith("!not JSON")


def test_page_record_without_id_is_unreadable_but_a_files_gets_a_page_id() -> None:
    nameless = {"protocolSection": {"identificationModule": {"briefTitle": "From a leaflet"}}}
    assert ids(orjson.dumps({"studies": [nameless]}), "page") == ["!no nctId"]
    (found,) = records(orjson.dumps(nameless), "file")
    assert isinstance(found, Record)
    assert found.nct_id == f"pages:{found.content_sha256[:12]}"


def test_lone_surrogate_does_not_cost_a_trial() -> None:
    body = b'{"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "x \\ud83d y"}}}'
    (found,) = records(body, "study")
    assert isinstance(found, Record)
    assert found.data["protocolSection"]["identificationModule"]["briefTitle"] == "x ? y"


def test_unknown_fields_and_nulls_pass() -> None:
    odd = {**ONE, "newSection": {"x": [1, None]}, "resultsSection": None, "hasResults": "yes"}
    assert ids(lines(odd)) == ["NCT00000001"]


@pytest.mark.parametrize(
    "body", [b"\x1f\x8b\x08rubbish", gzip.compress(lines(ONE))[:-9], b"PK\x03\x04rubbish", b"PK\x05\x06"]
)
def test_damaged_packings(body: bytes) -> None:
    assert "cannot be opened" in unreadable(body).reason


def test_packings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLAIN_BYTES", 1000)
    assert "more than 1,000 bytes" in unreadable(gzip.compress(bytes(10_000_000))).reason
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bomb.json", bytes(10_000_000))
        target.writestr("small.json", orjson.dumps(ONE))
    assert "larger than" in unreadable(buffer.getvalue()).reason
    assert ids(buffer.getvalue())[1:] == ["NCT00000001"]


@given(st.binary(max_size=300), st.sampled_from(["page", "study", "file"]))
def test_no_bytes_make_it_fail(body: bytes, kind: str) -> None:
    list(records(body, kind))


@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_damage_to_a_page_makes_it_fail(rubbish: bytes, at: int) -> None:
    body = orjson.dumps({"studies": [ONE, TWO, THREE]})
    list(records(body[:at] + rubbish + body[at + len(rubbish) :], "page"))


def test_speed() -> None:
    """4,000 records a second are asked for; a tenth of that is allowed here, for a busy machine."""
    text = "Participants receive the study drug once daily with water. " * 250
    body = orjson.dumps({"studies": [{**study(number), "text": [text]} for number in range(1, 401)]})
    begun = time.process_time()
    assert sum(isinstance(r, Record) for r in records(body, "page")) == 400
    assert time.process_time() - begun < 1.0
