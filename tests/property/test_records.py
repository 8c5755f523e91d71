"""Whatever the bytes, every record is kept or rejected, and every kept value is the published one."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.records import TableReader


def read_table(data, columns, n_phantom, piece_bytes=1 << 20):
    found = TableReader(data, columns, n_phantom, piece_bytes)
    found.rows = pa.concat_tables(found.batches())
    return found


COLUMNS = ["primaryid", "caseid", "pt"]
HEAD = b"primaryid$caseid$pt\n"
value = st.text(st.characters(blacklist_characters="$\n\r", blacklist_categories=["Cs"]), max_size=8)
row = st.tuples(st.integers(1, 10**9).map(str), st.integers(1, 10**9).map(str), value)


@given(st.lists(row, max_size=20), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "$"]))
def test_well_formed_rows_come_back_as_they_were_written(rows, end, trailing):
    body = "".join("$".join(fields) + trailing + end for fields in rows)
    found = read_table(HEAD + body.encode(), COLUMNS, 0)
    assert [tuple(got[name] or "" for name in COLUMNS) for got in found.rows.to_pylist()] == rows
    assert found.rejected == []


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_accounted_for(body):
    found = read_table(HEAD + body, COLUMNS, 0)
    lines = list(body.split(b"\n"))[: body.count(b"\n") + (not body.endswith(b"\n") and body != b"")]
    assert found.n_read >= len(lines) - found.n_split
    assert found.n_read == found.rows.num_rows + len(found.rejected)
    assert len(set(found.rows["line"].to_pylist()) | {item.line for item in found.rejected}) == len(lines)


@given(st.lists(row, max_size=20), st.sampled_from(["\n", "\r\n"]), st.integers(1, 200))
def test_the_size_of_the_pieces_changes_nothing(rows, end, piece_bytes):
    body = "".join("$".join(fields) + end for fields in rows) + "1$2" + end + "1001$100$A$1002$100$B"
    whole, parted = (read_table(HEAD + body.encode("utf-8"), COLUMNS, 0, size) for size in (1 << 20, piece_bytes))
    assert (parted.rows.to_pylist(), parted.rejected) == (whole.rows.to_pylist(), whole.rejected)
    assert (parted.newline, parted.encoding, parted.n_split) == (whole.newline, whole.encoding, whole.n_split)


@given(st.lists(row, min_size=1, max_size=12), st.integers(0, 12))
def test_splitting_the_file_in_two_changes_nothing(rows, cut):
    lines = ["$".join(fields) + "\n" for fields in rows]
    whole = read_table(HEAD + "".join(lines).encode(), COLUMNS, 0).rows.drop_columns("line").to_pylist()
    first = read_table(HEAD + "".join(lines[:cut]).encode(), COLUMNS, 0).rows.drop_columns("line").to_pylist()
    rest = read_table(HEAD + "".join(lines[cut:]).encode(), COLUMNS, 0).rows.drop_columns("line").to_pylist()
    assert first + rest == whole
