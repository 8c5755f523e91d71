"""YAML of a mapping with the line of everything in it: every scalar stays the text it is, so that NO is no truth."""

from pathlib import Path

import yaml

from pipeline.errors import UsageError

LARGEST_MAPPING = 1 << 20
DEEPEST = 12
Place = tuple[str, ...]
Tree = dict[str, object]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both build nothing but plain nodes
NULL = "tag:yaml.org,2002:null"


class Document:
    """A YAML document and, for each place in it, the file and line it stands on."""

    def __init__(self, tree: Tree, lines: dict[Place, str]) -> None:
        self.tree = tree
        self.lines = lines

    def refused(self, place: Place, found: str) -> UsageError:
        """The error for something that stands there, or in what holds it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return UsageError(f"{self.lines[place[:length]]}: {'.'.join(place)} {found}.")
        return UsageError(f"The mapping: {'.'.join(place)} {found}.")

    def over(self, base: "Document") -> "Document":
        """This document laid over another: mappings are merged, anything else is replaced, null takes it away."""
        return Document(_merged(base.tree, self.tree), {**base.lines, **self.lines})


def read_document(path: Path) -> Document:
    """The document in a file; UsageError where it is no YAML mapping, too large or deep, or repeats or points to a key."""
    if not path.is_file():
        raise UsageError(f"There is no mapping {path}: give sdtm, adam, cibmtr or the path of a mapping file.")
    if path.stat().st_size > LARGEST_MAPPING:
        raise UsageError(f"{path.name} is larger than {LARGEST_MAPPING:,} bytes: it is no mapping.")
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_pointers(path, text)
        node = yaml.compose(text, Loader=LOADER)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise UsageError(f"{path.name}{place} is no YAML ({type(error).__name__}): correct the mapping.") from None
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{path.name} is no YAML mapping: see docs/registry.md.")
    lines: dict[Place, str] = {}
    tree = _plain(path, node, (), lines)
    assert isinstance(tree, dict)  # noqa: S101 -- a mapping node gives one
    return Document(tree, lines)


def _refuse_pointers(path: Path, text: str) -> None:
    for token in yaml.scan(text, Loader=LOADER):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            line = token.start_mark.line + 1
            raise UsageError(f"{path.name} line {line}: anchors and aliases are not read: write it out.")


def _plain(path: Path, node: yaml.Node, place: Place, lines: dict[Place, str]) -> object:
    lines.setdefault(place, f"{path.name} line {node.start_mark.line + 1}")
    if len(place) > DEEPEST:
        raise UsageError(f"{lines[place]}: nested deeper than any mapping.")
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == NULL else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(path, item, (*place, str(at)), lines) for at, item in enumerate(node.value)]
    return _entries(path, node, place, lines)


def _entries(path: Path, node: yaml.Node, place: Place, lines: dict[Place, str]) -> Tree:
    made: Tree = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else None
        line = f"{path.name} line {key.start_mark.line + 1}"
        if name is None or name in made:
            raise UsageError(f"{line}: {'a key that is no text' if name is None else f'{name} stands there twice'}.")
        lines[*place, name] = line
        made[name] = _plain(path, value, (*place, name), lines)
    return made


def _merged(base: Tree, over: Tree) -> Tree:
    made = dict(base)
    for name, value in over.items():
        below = made.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            made[name] = _merged(below, value)
        elif value is None and isinstance(below, dict):
            del made[name]
        else:
            made[name] = value
    return made
