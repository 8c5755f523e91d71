"""One download over a bad line: resumed, retried, started again, never mixed."""

import email.utils
import io
import random
import time
import zipfile

import pytest

from pipeline.errors import InputRefused, SourceOutage
from pipeline.intake import transfer
from pipeline.intake.transfer import Part, Version, download
from tests.loopback import Fault, FdaSite

LIMIT = 10_000_000
NAME = "faers_ascii_2024q1.zip"


def archive(seed):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as handle:
        handle.writestr("filler.bin", random.Random(seed).randbytes(2_500_000))
    return buffer.getvalue()


DATA = archive(0)


@pytest.fixture
def waits(monkeypatch):
    """Seconds that would have been waited."""
    waited = []
    monkeypatch.setattr(transfer.time, "sleep", waited.append)
    return waited


@pytest.fixture
def site(waits):
    assert waits == []
    with FdaSite({NAME: DATA}) as running:
        yield running


@pytest.fixture
def part(tmp_path):
    return Part(tmp_path / NAME)


def take(site, part, *, known=None, limit=LIMIT, lines=None):
    return download(f"{site.url}/{NAME}", part, known, limit, (lines if lines is not None else []).append)


def ranges(site):
    return [headers.get("Range") for _, headers in site.asked]


def test_two_server_errors_are_waited_out(site, part, waits):
    site.faults = [Fault(status=500), Fault(status=500)]
    take(site, part)
    assert part.path.read_bytes() == DATA
    assert waits == [1.0, 4.0]


def test_tries_are_few_and_then_it_is_an_outage(site, part, waits):
    site.faults = [Fault(status=503)] * 9
    with pytest.raises(SourceOutage, match="503"):
        take(site, part)
    assert len(site.asked) == 4
    assert waits == [1.0, 4.0, 16.0]


def test_retry_after_is_honoured(site, part, waits):
    site.faults = [Fault(status=429, headers={"Retry-After": "7"})]
    take(site, part)
    assert waits == [7.0]


def test_retry_after_may_be_a_date(site, part, waits):
    site.faults = [Fault(status=503, headers={"Retry-After": email.utils.formatdate(time.time() + 30, usegmt=True)})]
    take(site, part)
    assert 25 < waits[0] <= 30


def test_a_retry_after_that_cannot_be_read_is_no_wish(site, part, waits):
    site.faults = [Fault(status=503, headers={"Retry-After": "soon"})]
    take(site, part)
    assert waits == [1.0]


def test_a_server_that_asks_for_an_hour_is_left_alone(site, part, waits):
    site.faults = [Fault(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(SourceOutage, match="wait 3600 s"):
        take(site, part)
    assert waits == []


@pytest.mark.parametrize("has_etag", [True, False])
def test_a_cut_connection_is_resumed_where_it_broke(site, part, has_etag):
    site.has_etag = has_etag
    site.faults = [Fault(cut=20 * transfer.CHUNK)]
    take(site, part)
    assert ranges(site) == [None, f"bytes={20 * transfer.CHUNK}-"]
    assert part.path.read_bytes() == DATA
    assert site.sent == len(DATA)


def test_a_download_goes_on_in_another_run(site, part, tmp_path):
    site.faults = [Fault(cut=5 * transfer.CHUNK), *[Fault(status=503)] * 3]
    with pytest.raises(SourceOutage, match="What has arrived is kept"):
        take(site, part)
    assert part.size == 5 * transfer.CHUNK
    take(site, Part(tmp_path / NAME))
    assert ranges(site)[-1] == f"bytes={5 * transfer.CHUNK}-"
    assert part.path.read_bytes() == DATA


def test_a_server_that_ignores_ranges_is_read_from_the_start(site, part):
    site.supports_range = False
    site.faults = [Fault(cut=1_000_000)]
    take(site, part)
    assert part.path.read_bytes() == DATA
    assert site.answered == [200, 200]


def test_a_file_replaced_between_two_parts_is_read_from_the_start(site, part):
    site.faults = [Fault(cut=1_000_000), *[Fault(status=503)] * 3]
    with pytest.raises(SourceOutage):
        take(site, part)
    site.files[NAME] = archive(1)
    take(site, part)
    assert part.path.read_bytes() == site.files[NAME]


def test_a_rest_of_another_version_is_never_appended(site, part):
    site.faults = [Fault(cut=1_000_000), Fault(headers={"ETag": '"other"'})]
    take(site, part)
    assert part.path.read_bytes() == DATA


def test_a_part_longer_than_the_file_is_thrown_away(site, part):
    version = take(site, part)
    part.start(version)
    part.path.write_bytes(b"x" * (len(DATA) + 5))
    take(site, part)
    assert site.answered[-2:] == [416, 200]
    assert part.path.read_bytes() == DATA


def test_a_part_of_unknown_version_is_not_resumed(site, part):
    part.path.write_bytes(b"left by something else")
    take(site, part)
    assert ranges(site) == [None]
    assert part.path.read_bytes() == DATA


def test_a_length_that_never_comes_true_is_an_outage(site, part):
    site.supports_range = False
    site.faults = [Fault(length=len(DATA) + 100)] * 4
    with pytest.raises(SourceOutage, match="cannot be downloaded now"):
        take(site, part)


def test_the_version_we_have_is_not_downloaded(site, part):
    version = take(site, part)
    part.discard()
    site.sent = 0
    assert take(site, part, known=version) == version
    assert site.sent == 0
    assert part.size == 0


def test_a_weak_etag_is_no_ground_for_resuming():
    assert Version(1, 'W/"a"', None).validator is None
    assert Version(1, 'W/"a"', "Tue").validator == "Tue"


@pytest.mark.parametrize("announced", [True, False])
def test_more_bytes_than_the_limit_are_refused(site, part, announced):
    if not announced:
        site.faults = [Fault(headers={"Content-Encoding": "identity"}, length=1_500_000)]
    with pytest.raises(InputRefused, match="more than 1000000"):
        take(site, part, limit=1_000_000)


def test_progress_tells_bytes_and_ends_at_the_whole(site, part):
    lines = []
    take(site, part, lines=lines)
    assert lines[-1] == f"{NAME}: {len(DATA):,} of {len(DATA)} bytes"
    assert len(lines) <= 10
