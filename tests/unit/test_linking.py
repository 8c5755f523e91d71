"""Keys of the linkage are left alone while another process writes them, and for no other reason."""

import pytest

from pipeline.errors import LakeConflict
from pipeline.lake.delta import Lake
from pipeline.steps import linking

LACKING = {("2024Q1", "a"): "run1"}


@pytest.fixture
def kept(monkeypatch):
    """Partitions that would have been written."""
    written = []
    monkeypatch.setattr(linking, "_keep", lambda *given: written.append(given[3]))
    return written


def test_keys_are_kept_where_nobody_else_writes_them(tmp_path, kept):
    linking.keep_keys(Lake(tmp_path), None, LACKING)
    assert kept == [{"quarter": "2024Q1", "edition": "a"}]


def test_keys_are_left_to_another_variant_that_is_writing_them(tmp_path, kept):
    with Lake(tmp_path).shared_staging("keyed_version"):
        linking.keep_keys(Lake(tmp_path, variant="0123456789ab"), None, LACKING)
    assert kept == []


def test_any_other_conflict_is_told(tmp_path, monkeypatch):
    def refused(*_):
        raise LakeConflict("keyed_version was written by others")

    monkeypatch.setattr(linking, "_keep", refused)
    with pytest.raises(LakeConflict, match="written by others"):
        linking.keep_keys(Lake(tmp_path), None, LACKING)
