"""SAS transport files of the simulated registry, read back by another program."""

import numpy as np
import pyarrow as pa
import pyreadstat
import pytest

from pipeline.demo.cohortlayout import Variable
from pipeline.demo.cohortxport import ibm, write_xport

VARIABLES = (Variable("USUBJID", "Unique Subject Identifier"), Variable("AESEQ", "Sequence Number", "whole"))


def written(path, ids, numbers):
    table = pa.table({"USUBJID": pa.array(ids, pa.string()), "AESEQ": pa.array(numbers, pa.int64())})
    write_xport(table, "AE", VARIABLES, "30JUN26:00:00:00", path)
    return pyreadstat.read_xport(path)


def test_texts_numbers_and_nothing_come_back(tmp_path):
    numbers = [0, 1, 15, 16, 255, 256, 4096, 123_456_789, 2**53 - 1, None]
    frame, said = written(tmp_path / "ae.xpt", [*"abcdefgh", "a longer text", None], numbers)
    assert frame["AESEQ"][:9].astype(int).tolist() == numbers[:9]
    assert np.isnan(frame["AESEQ"][9])
    assert frame["USUBJID"].tolist() == [*"abcdefgh", "a longer text", ""]
    assert said.table_name == "AE"
    assert said.file_label == "Adverse Events"
    assert said.column_labels == [variable.label for variable in VARIABLES]


def test_a_file_is_whole_records_with_or_without_rows(tmp_path):
    for n in (0, 1, 7):
        frame, _ = written(tmp_path / f"{n}.xpt", ["x"] * n, [1] * n)
        assert len(frame) == n
        assert (tmp_path / f"{n}.xpt").stat().st_size % 80 == 0


def test_a_text_too_long_for_version_five_is_refused(tmp_path):
    with pytest.raises(ValueError, match="201 bytes: version 5 holds 200"):
        written(tmp_path / "ae.xpt", ["x" * 201], [1])


def test_one_is_the_published_bit_pattern():
    assert [hex(int(bits)) for bits in ibm(np.array([0, 1, 100]))] == [
        "0x0",
        "0x4110000000000000",
        "0x4264000000000000",
    ]
