"""Files of E2B case messages to cases or rejections: every message is one or the other."""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputRefused, NothingThere, UsageError
from pipeline.intake import e2br2, e2br3
from pipeline.intake.e2bcase import Message, Rejection
from pipeline.intake.e2bvalues import NO_DATE, Told, moment
from pipeline.intake.e2bxml import Element, Envelope, Found, messages
from pipeline.lake.checksum import file_sha256

SUFFIX = ".xml"
MOST_REACTIONS = 1_000
"""Reactions of one message; the fullest real ones have some dozens."""
OTHERS = {
    "MCCI_IN200101UV01": "an acknowledgement",
    "ichicsrack": "an acknowledgement",
    "PORR_IN049016UV": "a message without its batch",
}
NO_NEWEST = "its date of most recent information (C.1.5, receiptdate) is not known to the day"
OTHER_NAME = f"its name does not end in {SUFFIX}"
TOO_MANY = f"it has more than {MOST_REACTIONS} reactions"
NO_FILE = "it is no file: a link to a folder or to nothing, or a device"
NOT_ALLOWED = "this account may not read it"
IS_TEST = "marked by its sender as a test (processingCode)"


class Form(NamedTuple):
    """How the messages of one kind of file are read."""

    identity: Callable[[Element], tuple[str | None, Told]]
    message: Callable[[Element, str, int], Message]
    is_test: Callable[[Element], bool]


FORMS = {
    e2br3.FORM: Form(e2br3.identity, e2br3.message, e2br3.is_test),
    e2br2.FORM: Form(e2br2.identity, e2br2.message, lambda _: False),
}
ENVELOPES: tuple[Envelope, ...] = (e2br3.ENVELOPE, e2br2.ENVELOPE)


@dataclass(slots=True)
class Intake:
    """What the files hold. n_read: messages found by file, counted as they come, with what could not be read of a file as one."""

    kept: list[Message] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    checksums: dict[str, str] = field(default_factory=dict)
    n_read: dict[str, int] = field(default_factory=dict)


def read_messages(paths: Sequence[Path], is_wanted: Callable[[Message], bool] = lambda _: True) -> Intake:
    """Every message of the files, and of the .xml files in the folders and their subfolders.

    is_wanted: whose reactions and drugs are kept; of the others only what tells cases and versions apart. A file that is
    broken anywhere is rejected with every message in it: what follows the break may have replaced what stands before.
    What else stands in a folder is rejected: another name, a link to a folder, a file that may not be read. The same file is
    read once. NothingThere where a path does not exist, UsageError where it is neither file nor folder, InputRefused where
    a folder cannot be listed.
    """
    intake, seen = Intake(), set[Path]()
    given = {path.resolve() for path in paths if path.is_file()}
    for told, path in _files(paths):
        reason = _unread(path, given)
        if reason != NO_FILE:
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
        name = next(name for name in _spellings(told) if name not in intake.n_read)
        kept, rejected, n_read = ([], [Rejection(name, 0, None, reason)], 1) if reason else _file(path, name, is_wanted)
        if reason not in {NO_FILE, NOT_ALLOWED}:
            intake.checksums[name] = file_sha256(path)
        intake.kept += kept
        intake.rejected += rejected
        intake.n_read[name] = n_read
    return intake


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Every file with the name by which it is told: that of its folder as given before it."""
    for given in paths:
        if not given.exists():
            raise NothingThere(f"{given} does not exist: name a file of case messages or a folder of them.")
        if given.is_file():
            yield _spelled(given.name), given
            continue
        if not given.is_dir():
            raise UsageError(f"{given} is neither a file nor a folder: save what it gives as a file.")
        for path in _within(given):
            yield _spelled(f"{given.name}/{path.relative_to(given).as_posix()}"), path


def _within(folder: Path) -> list[Path]:
    """All that stands in the folder and its subfolders but the subfolders; links to folders are not followed."""

    def refuse(error: OSError) -> None:
        raise InputRefused(f"{error.filename} cannot be listed ({error.strerror}). Nothing was written.")

    held = (Path(at, name) for at, inner, names in os.walk(folder, onerror=refuse) for name in (*inner, *names))
    return sorted(path for path in held if path.is_symlink() or not path.is_dir())


def _unread(path: Path, given: set[Path]) -> str | None:
    """Why a file is not opened; None where it is. given: files named themselves, read whatever their names end in."""
    if not path.is_file():
        return NO_FILE
    if not os.access(path, os.R_OK):
        return NOT_ALLOWED
    return None if path.suffix.lower() == SUFFIX or path.resolve() in given else OTHER_NAME


def _spelled(name: str) -> str:
    """A file's name as text, whatever bytes it has."""
    return name.encode("utf-8", "backslashreplace").decode()


def _spellings(name: str) -> Iterator[str]:
    """The name, then the names of other files that would have it."""
    yield name
    yield from (f"{name} ({number})" for number in itertools.count(2))


def _file(path: Path, name: str, is_wanted: Callable[[Message], bool]) -> tuple[list[Message], list[Rejection], int]:
    """Its messages, kept and rejected, and how many were found."""
    kept: list[Message] = []
    rejected: list[Rejection] = []
    number = 0
    try:
        for number, found in enumerate(messages(path, ENVELOPES, OTHERS), 1):
            read = _read(found, name, number)
            if isinstance(read, Rejection):
                rejected.append(read)
            else:
                kept.append(read.sealed(whole=is_wanted(read)))
    except InputRefused as error:
        spoilt = f"the file is broken further on, at message {number + 1}"
        rejected += [Rejection(name, one.number, one.form, spoilt, one.case_id, one.most_recent) for one in kept]
        at = number + 1 if number else 0
        return [], [*sorted(rejected, key=lambda one: one.number), Rejection(name, at, None, str(error))], number + 1
    if not number:
        return [], [Rejection(name, 0, None, "it holds no message")], 1
    return kept, rejected, number


def _read(found: Found, name: str, number: int) -> Message | Rejection:
    """One message, or why it is none."""
    envelope, element = found.envelope, found.element
    if element.name != envelope.message:
        return Rejection(name, number, envelope.form, f"its kind is {element.name[:60]}, not {envelope.message}")
    form = FORMS[envelope.form]
    if form.is_test(element):
        return Rejection(name, number, envelope.form, IS_TEST)
    case_id: str | None = None
    most_recent = NO_DATE
    try:
        case_id, newest = form.identity(element)
        most_recent = moment(newest)
        message = form.message(element, name, number)
    except InputRefused as error:
        return Rejection(name, number, envelope.form, str(error), case_id, most_recent)
    if len(message.reactions) > MOST_REACTIONS:
        return Rejection(name, number, envelope.form, TOO_MANY, case_id, most_recent)
    if message.most_recent.day is None:
        return Rejection(name, number, envelope.form, NO_NEWEST, case_id, most_recent)
    return message
