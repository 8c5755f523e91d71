"""Fetching: names, quarters that cannot exist, receipts, and nothing downloaded twice."""

import datetime as dt
import io
import json
import random
import threading
import zipfile
from hashlib import sha256

import pytest

from pipeline.config import Settings
from pipeline.errors import InputRefused, LayoutChanged, NothingThere, SourceOutage, UsageError
from pipeline.intake import transfer
from pipeline.intake.publication import archive_names, quarters_between
from pipeline.steps.fetch import (
    fetch_into_lake,
    fetch_quarter,
    fetch_range,
    fetched_folder,
    land_fetched,
)
from tests.loopback import Fault, FdaSite

TODAY = dt.date(2024, 5, 2)
NAME = "faers_ascii_2024q1.zip"


def zipped(size, seed=0):
    """A zip of about that many bytes, which do not compress."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ascii/filler.bin", random.Random(seed).randbytes(size))
    return buffer.getvalue()


ARCHIVE = zipped(3_000_000)


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(transfer, "PAUSES", (0.0, 0.0))
    with FdaSite({NAME: ARCHIVE}) as running:
        yield running


def fetch(site, folder, quarter="2024Q1", **more):
    return fetch_quarter(Settings(faers_base_url=site.url), quarter, folder, today=TODAY, **more)


@pytest.mark.parametrize(
    ("quarter", "lower", "upper"),
    [
        ("2024Q1", "faers_ascii_2024q1.zip", "faers_ascii_2024Q1.zip"),
        ("2012Q4", "faers_ascii_2012q4.zip", "faers_ascii_2012Q4.zip"),
        ("2012Q3", "aers_ascii_2012q3.zip", "aers_ascii_2012Q3.zip"),
        ("2008Q2", "aers_ascii_2008q2.zip", "aers_ascii_2008Q2.zip"),
    ],
)
def test_archives_are_named_by_system_and_quarter(quarter, lower, upper):
    assert archive_names(quarter) == (lower, upper)


def test_a_range_of_quarters_crosses_years():
    assert quarters_between("2023q3", "2024Q2") == ["2023Q3", "2023Q4", "2024Q1", "2024Q2"]
    with pytest.raises(UsageError, match="before 2024Q1"):
        quarters_between("2024Q1", "2023Q4")


def test_a_fetched_archive_has_a_receipt_with_its_hash(site, tmp_path):
    report = fetch(site, tmp_path)
    receipt = json.loads((tmp_path / f"{NAME}.receipt.json").read_text())
    assert (tmp_path / NAME).read_bytes() == ARCHIVE
    assert receipt["sha256"] == sha256(ARCHIVE).hexdigest()
    assert receipt["size"] == len(ARCHIVE)
    assert receipt["url"] == f"{site.url}/{NAME}"
    assert receipt["etag"]
    assert receipt["last_modified"]
    assert dt.datetime.fromisoformat(receipt["time"]).tzinfo is not None
    assert report.counts == {"archives": 1, "downloaded": 1, "unchanged": 0}
    assert report.outputs == [str(tmp_path / NAME)]
    assert not list(tmp_path.glob("*.part*"))


def test_a_capital_q_in_the_address_is_found(site, tmp_path):
    site.files = {"faers_ascii_2023Q4.zip": ARCHIVE}
    report = fetch(site, tmp_path, "2023Q4")
    assert report.inputs == [f"{site.url}/faers_ascii_2023Q4.zip"]
    assert (tmp_path / "faers_ascii_2023q4.zip").exists()


def test_gzip_is_never_asked_for(site, tmp_path):
    fetch(site, tmp_path)
    assert {headers["Accept-Encoding"] for _, headers in site.asked} == {"identity"}


@pytest.mark.parametrize("has_etag", [True, False])
def test_an_unchanged_archive_is_not_downloaded_again(site, tmp_path, has_etag):
    site.has_etag = has_etag
    first = fetch(site, tmp_path)
    before = (tmp_path / f"{NAME}.receipt.json").read_bytes()
    site.sent = 0
    second = fetch(site, tmp_path)
    assert second.counts == {"archives": 1, "downloaded": 0, "unchanged": 1}
    assert site.answered[-1] == (304 if has_etag else 200)
    assert not has_etag or site.sent == 0
    assert (tmp_path / f"{NAME}.receipt.json").read_bytes() == before
    assert second.run_id == first.run_id


def test_an_archive_that_fda_replaced_is_downloaded_again(site, tmp_path):
    first = fetch(site, tmp_path)
    site.files[NAME] = zipped(3_000_000, seed=1)
    second = fetch(site, tmp_path)
    assert second.counts["downloaded"] == 1
    assert (tmp_path / NAME).read_bytes() == site.files[NAME]
    assert second.run_id != first.run_id


def test_an_archive_that_was_damaged_on_disk_is_downloaded_again(site, tmp_path):
    fetch(site, tmp_path)
    (tmp_path / NAME).write_bytes(ARCHIVE[:-1] + b"x")
    assert fetch(site, tmp_path).counts["downloaded"] == 1
    assert (tmp_path / NAME).read_bytes() == ARCHIVE


def test_an_archive_that_is_there_stays_while_the_server_is_away(site, tmp_path):
    fetch(site, tmp_path)
    site.faults = [Fault(status=503)] * 3
    report = fetch(site, tmp_path)
    assert report.counts["unchanged"] == 1
    assert "2024Q1" in report.warnings[0]
    assert "503" in report.warnings[0]


@pytest.mark.parametrize("quarter", ["2024Q2", "2024Q3", "2027Q1"])
def test_a_quarter_that_has_not_ended_is_refused_and_never_asked_for(site, tmp_path, quarter):
    with pytest.raises(UsageError, match=f"{quarter} has not ended"):
        fetch(site, tmp_path, quarter)
    assert site.asked == []


def test_the_last_day_of_a_quarter_is_not_its_end(site, tmp_path):
    with pytest.raises(UsageError, match="has not ended"):
        fetch_quarter(Settings(), "2024Q1", tmp_path, base_url=site.url, today=dt.date(2024, 3, 31))
    assert fetch_quarter(Settings(), "2024Q1", tmp_path, base_url=site.url, today=dt.date(2024, 4, 1)).as_of == "2024Q1"


def test_a_quarter_before_the_first_is_refused(site, tmp_path):
    with pytest.raises(UsageError, match="2004Q1"):
        fetch(site, tmp_path, "2003Q4")


def test_an_ended_quarter_that_is_not_there_yet_is_an_outage(site, tmp_path):
    with pytest.raises(SourceOutage, match="2023Q2 is not published"):
        fetch(site, tmp_path, "2023Q2")
    assert [name for name, _ in site.asked] == list(archive_names("2023Q2"))


def test_a_web_page_in_place_of_the_archive_is_an_outage(site, tmp_path):
    site.faults = [Fault(page="<html>down for maintenance</html>")]
    with pytest.raises(SourceOutage, match="is not published"):
        fetch(site, tmp_path)
    assert not (tmp_path / NAME).exists()


def test_bytes_that_are_no_zip_are_refused_and_not_kept(site, tmp_path):
    site.files[NAME] = b"PK but not really"
    with pytest.raises(InputRefused, match="whole zip"):
        fetch(site, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".fetching"]


def test_an_answer_without_permission_is_an_outage_at_once(site, tmp_path):
    site.faults = [Fault(status=403)]
    with pytest.raises(SourceOutage, match="403"):
        fetch(site, tmp_path)
    assert len(site.asked) == 1


def test_a_server_nobody_runs_is_an_outage(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "PAUSES", (0.0,))
    with FdaSite({}) as gone:
        address = gone.url
    with pytest.raises(SourceOutage, match="run this again later"):
        fetch_quarter(Settings(faers_base_url=address), "2024Q1", tmp_path, today=TODAY)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "nowhere", "http://"])
def test_an_address_that_is_none_is_a_mistake_of_the_user(tmp_path, address):
    with pytest.raises(UsageError, match="no web address"):
        fetch_quarter(Settings(), "2024Q1", tmp_path, base_url=address, today=TODAY)


def test_a_range_is_refused_whole_before_its_first_download(site, tmp_path):
    with pytest.raises(UsageError, match="2024Q2 has not ended"):
        fetch_range(Settings(faers_base_url=site.url), "2024Q1", "2024Q2", tmp_path, today=TODAY)
    assert site.asked == []


def test_a_range_is_one_report(site, tmp_path):
    site.files = {"faers_ascii_2023Q4.zip": ARCHIVE, NAME: ARCHIVE}
    report = fetch_range(Settings(faers_base_url=site.url), "2023Q4", "2024Q1", tmp_path, today=TODAY)
    assert report.as_of == "2024Q1"
    assert [path.rpartition("/")[2] for path in report.outputs] == ["faers_ascii_2023q4.zip", NAME]
    assert report.counts == {"archives": 2, "downloaded": 2, "unchanged": 0}
    assert [archive["quarter"] for archive in json.loads(report.as_json())["archives"]] == ["2023Q4", "2024Q1"]


def test_two_fetches_at_once_download_once(site, tmp_path):
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(fetch(site, tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.counts["downloaded"] for report in reports) == [0, 1]


def quarter_zip(short, tables=("DEMO", "DRUG", "REAC", "OUTC", "RPSR", "THER", "INDI")):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for table in tables:
            archive.writestr(f"ASCII/{table}{short}.txt", "primaryid$caseid\n")
    return buffer.getvalue()


def test_what_was_fetched_lands_under_its_hash_once(site, tmp_path):
    site.files[NAME] = quarter_zip("24Q1")
    settings = Settings(lake=str(tmp_path / "lake"), faers_base_url=site.url)
    fetch_into_lake(settings, "2024Q1", today=TODAY)
    first, second = land_fetched(settings, "2024Q1"), land_fetched(settings, "2024Q1")
    landed = tmp_path / "lake" / "landing" / "faers" / "2024Q1" / first.details["sha256"]
    assert (landed / NAME).read_bytes() == site.files[NAME]
    assert first.details["sha256"] == sha256(site.files[NAME]).hexdigest() == second.details["sha256"]
    assert len(list(landed.parent.iterdir())) == 1


def test_an_archive_with_another_quarter_inside_does_not_land(site, tmp_path):
    site.files[NAME] = quarter_zip("23Q4")
    settings = Settings(lake=str(tmp_path / "lake"), faers_base_url=site.url)
    fetch_into_lake(settings, "2024Q1", today=TODAY)
    with pytest.raises(LayoutChanged, match="holds 2023Q4, not 2024Q1"):
        land_fetched(settings, "2024Q1")
    assert not (tmp_path / "lake" / "landing").exists()


def test_an_archive_without_its_receipt_does_not_land(tmp_path):
    settings = Settings(lake=str(tmp_path / "lake"))
    fetched_folder(settings).mkdir(parents=True)
    (fetched_folder(settings) / NAME).write_bytes(quarter_zip("24Q1"))
    with pytest.raises(NothingThere, match="fetch of 2024Q1"):
        land_fetched(settings, "2024Q1")
