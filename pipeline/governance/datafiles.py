"""Reading the room's own data files, and YAML that people hand in."""

from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputRefused

FOLDER = Path(__file__).parent
LARGEST_BYTES = 256 * 1024
DEEPEST = 12


@cache
def data_file(name: str) -> Any:
    """The content of one of the room's YAML files; parsed once per process."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def handed_in(path: Path) -> Any:
    """The content of a YAML file somebody hands in, with nothing guessed.

    InputRefused: no such file, no text of at most 256 KiB, no YAML, a key given twice, an anchor, a tag, or nested too deep.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
        text = content.decode("utf-8")
    except FileNotFoundError as error:
        raise InputRefused(f"{path} is not there: check the path of the YAML file.") from error
    except IsADirectoryError as error:
        raise InputRefused(f"{path} is a folder: name a YAML file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{path} cannot be read as text in UTF-8: name a YAML file.") from error
    if len(content) > LARGEST_BYTES:
        raise InputRefused(f"{path} is larger than {LARGEST_BYTES // 1024} KiB: a plan is a page of YAML.")
    try:
        return yaml.load(text, Loader=_Strict)  # noqa: S506 -- _Strict is a SafeLoader that takes less
    except yaml.YAMLError as error:
        raise InputRefused(f"{path} is no YAML that we take: {' '.join(str(error).split())}.") from error


class _Strict(yaml.SafeLoader):
    """A safe loader that refuses what YAML would settle in silence, and what grows when it is read."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse anchors and depth before anything is made of them."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the library's stubs lack it
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.YAMLError(f"an anchor or alias{event.start_mark}; write the value out")
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.YAMLError(f"more than {DEEPEST} levels{event.start_mark}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key given twice; YAML would take the last one."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.YAMLError(f"the key {key!r} twice{node.start_mark}; keep one")
        return super().construct_mapping(node, deep)
