"""Bad input: one clear line for each thing that is wrong, and the rest loads."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

import queries
from crawler import files as module
from crawler.archive import Archive
from crawler.errors import UsageError
from crawler.files import ingest_file
from crawler.readers.base import MAX_TEXT, Found
from crawler.records import Record, Unreadable, records
from kb.ingest import ingest_files
from kb.runs import update
from kb.store import Store
from tests.crawler_fake import study

DATA = Path(__file__).parent / "data"
XML = (DATA / "ctgov.xml").read_bytes()
CSV = (DATA / "modern.csv").read_bytes()


def split(body: bytes) -> tuple[list[str], list[str]]:
    """(ids of records, reasons of what is unreadable)."""
    found = list(records(body, "file"))
    return (
        [item.nct_id for item in found if isinstance(item, Record)],
        [f"{item.position}: {item.reason}" for item in found if isinstance(item, Unreadable)],
    )


def numbered(number: int) -> bytes:
    return XML.replace(b"NCT99900001", f"NCT9990{number:04d}".encode())


def many(*pieces: bytes) -> bytes:
    inner = b"\n".join(piece.split(b"?>", 1)[1] for piece in pieces)
    return b"<?xml version='1.0'?><search_results>" + inner + b"</search_results>"


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE clinical_study [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b"]><clinical_study><brief_title>&b;</brief_title></clinical_study>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE clinical_study [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<clinical_study><id_info><nct_id>NCT99900001</nct_id></id_info><brief_title>&x;</brief_title></clinical_study>"
)


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, BOMB.replace(b"clinical_study", b"anything")])
def test_xml_with_entities_is_refused(body: bytes) -> None:
    found, (reason,) = split(body)
    assert found == []
    assert "declares entities of its own" in reason


def test_one_broken_study_of_a_document_costs_itself() -> None:
    broken = numbered(2).replace(b"</brief_title>", b"")
    found, (reason,) = split(many(numbered(1), broken, numbered(3)))
    assert found == ["NCT99900001", "NCT99900003"]
    assert reason.startswith("clinical_study 2: not XML")


def test_a_group_of_events_without_its_id_costs_only_its_totals() -> None:
    (found,) = records(XML.replace(b'<group group_id="E1">', b"<group>"), "file")
    assert isinstance(found, Record)
    assert found.data["resultsSection"]["adverseEventsModule"]["seriousEvents"]


def test_a_count_that_is_a_superscript_is_left_out() -> None:
    (found,) = records(re.sub(rb'subjects_affected="\d+"', 'subjects_affected="²"'.encode(), XML), "file")
    assert isinstance(found, Record)
    (event,) = found.data["resultsSection"]["adverseEventsModule"]["seriousEvents"]
    assert all("numAffected" not in stat for stat in event["stats"])


def test_a_reader_that_fails_is_one_unreadable_body(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(body: bytes) -> Iterator[Found]:
        yield Found("first", study(99900001))
        raise KeyError("id")

    monkeypatch.setattr("crawler.records.reader_of", lambda body: fail)
    ids, reasons = split(XML)
    assert ids == ["NCT99900001"]
    assert reasons == ["the rest: the reader failed (KeyError: 'id'): please report the file"]


def test_a_document_that_ends_in_the_middle() -> None:
    found, (reason,) = split(many(numbered(1), numbered(2))[:-900])
    assert found == ["NCT99900001"]
    assert "ends in the middle" in reason


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"asthma &amp; cough", b"asthma & cough"), (b"asthma &amp; cough", b"asthma \x0b& cough")],
)
def test_a_stray_ampersand_or_control_character_costs_nothing(old: bytes, new: bytes) -> None:
    assert split(XML.replace(old, new)) == (["NCT99900001"], [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = XML.decode().replace("Clinic<", "Clínica<").replace('encoding="UTF-8"', f'encoding="{encoding.upper()}"')
    (record,) = records(text.encode(encoding), "file")
    assert isinstance(record, Record)
    place = record.data["protocolSection"]["contactsLocationsModule"]["locations"][0]
    assert place["facility"] == "Clínica"


def test_windows_text_without_a_declaration_is_guessed_and_flagged() -> None:
    (record,) = records(CSV.decode().replace("Lumapril, again", "Größe – “x”").encode("cp1252"), "file")
    assert isinstance(record, Record)
    assert record.data["protocolSection"]["identificationModule"]["briefTitle"] == "Größe – “x”"
    assert "encoding_guessed" in record.data["sourceSection"]["flags"]


HEADER, ROW = CSV.split(b"\n", 1)


def row(number: int) -> bytes:
    return ROW.replace(b"NCT99900011", f"NCT9990{number:04d}".encode())


def test_a_stray_quote_costs_its_own_row() -> None:
    broken = row(2).replace(b'"Cough, Counted', b'"Cough", "Counted', 1).replace(b"2031-03", b'"2031-03')
    found, reasons = split(b"\n".join([HEADER, row(1).strip(), broken.strip(), row(3).strip(), row(4)]))
    assert found == ["NCT99900001", "NCT99900003", "NCT99900004"]
    assert len(reasons) == 1


def test_too_few_cells_and_ids_that_are_none() -> None:
    body = b"\n".join([HEADER, b"NCT99900005,only,three", row(6).replace(b"NCT99900006", b"NCT6").strip(), row(7)])
    found, reasons = split(body)
    assert found == ["NCT99900007"]
    assert reasons == [
        "line 2: 3 cells, but the header names 21 columns", "line 3: malformed NCT Number 'NCT6'"
    ]  # fmt: skip


def test_one_study_twice_in_a_file() -> None:
    found, (reason,) = split(b"\n".join([HEADER, row(1).strip(), row(1)]))
    assert found == ["NCT99900001"]
    assert reason == "line 3: NCT99900001 a second time: line 2 was kept"


@pytest.mark.parametrize(
    ("printed", "read", "flag"),
    [
        (b"7/18/2031", "2031-07-18", None), (b"18.07.2031", "2031-07-18", None),
        (b"48047", "2031-07-18", "date_from_spreadsheet"), (b"3/4/2031", None, "date_ambiguous"),
        (b"Jul-31", None, "date_unreadable"), (b"########", None, "date_unreadable"),
    ],
)  # fmt: skip
def test_dates_that_a_spreadsheet_mangled(printed: bytes, read: str | None, flag: str | None) -> None:
    (record,) = records(CSV.replace(b"2031-03", printed), "file")
    assert isinstance(record, Record)
    status, source = record.data["protocolSection"]["statusModule"], record.data["sourceSection"]
    assert status.get("startDateStruct", {}).get("date") == read
    assert flag is None or flag in source["flags"]
    if read is None:
        assert {"name": "startDateStruct as printed", "value": printed.decode()} in source["fields"]


def test_semicolons_of_a_spreadsheet() -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows(csv.reader(io.StringIO(CSV.decode())))
    assert split(b"sep=;\r\n" + text.getvalue().encode())[0] == ["NCT99900011"]


def test_a_huge_field_costs_its_own_study() -> None:
    huge = XML.replace(b"Lumapril is given", b"x" * (MAX_TEXT + 1))
    found, (reason,) = split(many(huge, numbered(3)))
    assert found == ["NCT99900003"]
    assert "more than 67,108,864 characters" in reason


def test_a_huge_cell_is_kept_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_BYTES", 4000)
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 20_000)
    huge = row(11).strip().replace(b"Asthma", b'"' + b"x" * 60_000)
    lines = [HEADER, *(row(number).strip() for number in range(1, 11)), huge, row(12)]
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    archive = Archive(tmp_path / "archive")
    entries = list(ingest_file(tmp_path / "t.csv", archive, "run-1"))
    assert max(entry.size for entry in entries) < 80_000
    found = [split(archive.read(entry.sha256)) for entry in entries]
    ids = [nct_id for ids, _ in found for nct_id in ids]
    assert ids[:10] == [f"NCT9990{number:04d}" for number in range(1, 11)]
    assert sum(len(reasons) for _, reasons in found) >= 1


def tar_of(names: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as target:
        for name, body in names.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            target.addfile(info, io.BytesIO(body))
    return buffer.getvalue()


def test_a_truncated_tar_keeps_what_was_whole_and_other_files_load(tmp_path: Path) -> None:
    members = {f"{n:04d}.xml": numbered(n) for n in range(1, 40)}
    (tmp_path / "cut.tar.gz").write_bytes(gzip.compress(tar_of(members), 0)[:-60_000])
    (tmp_path / "good.json").write_bytes(orjson.dumps(study(77)))
    store = Store(tmp_path / "kb")
    with store.lock():
        done = ingest_files(store, [tmp_path / "cut.tar.gz", tmp_path / "good.json"])
        result = update(store, queries.install, workers=1)
    (problem,) = done.problems
    assert "is it complete?" in problem
    assert result.load.failed == 0
    assert 5 < result.load.new < 40


def test_a_tar_that_leads_elsewhere_or_holds_something_else(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as target:
        link = tarfile.TarInfo("passwd.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        target.addfile(link)
    (tmp_path / "link.tar").write_bytes(buffer.getvalue())
    (tmp_path / "odd.tar").write_bytes(tar_of({"a.exe": b"MZ"}))
    archive = Archive(tmp_path / "archive")
    for name, said in (("link.tar", "empty tar"), ("odd.tar", "a.exe"), ("bad.tar.gz", "is it complete")):
        if name == "bad.tar.gz":
            (tmp_path / name).write_bytes(b"no tar at all")
        with pytest.raises(UsageError, match=said):
            list(ingest_file(tmp_path / name, archive, "run-1"))


@pytest.mark.parametrize("root", ["<clinical_study>", "<Trial>", "<fullTrial>", "<html><body>", "NCT Number,Title\n"])
def test_deep_nesting_and_rubbish_do_no_harm(root: str) -> None:
    for body in (root + "<a>" * 100_000, root + "\x00\xff" * 500, root, root + '"' * 999 + "\n" * 50):
        assert split(body.encode("latin-1"))[0] == []
