"""The README is true."""

import json
import re
from pathlib import Path

from benchmarks.__main__ import as_table
from pipeline.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def commands(group=main, words=("cartwatch",)):
    for name, command in group.commands.items():
        yield from commands(command, (*words, name)) if hasattr(command, "commands") else [((*words, name), command)]


def test_every_verb_is_in_the_table_of_commands():
    for words, _ in commands():
        assert f"| `{' '.join(words)}" in README, words


def test_every_command_shown_exists_with_its_options():
    known = {
        words: {option for parameter in command.params for option in parameter.opts} for words, command in commands()
    }
    for line in re.findall(r"`?(cartwatch [^`\n#|]+)", README):
        words = tuple(word for word in re.sub(r"--lake \S+ ", "", line).split() if not word.startswith(("-", "[")))
        verb = next((name for name in known if name == words[: len(name)]), None)
        if verb is None:
            continue
        used = set(re.findall(r"--[a-z-]+", re.sub(r"--lake \S+ ", "", line)))
        assert used <= known[verb] | {"--help"}, line
    shown = set(re.findall(r"^cartwatch (?:--lake \S+ )?(\w+)", README, re.MULTILINE))
    assert shown <= set(main.commands)


def test_every_make_target_shown_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets | {"nothing"}


def test_every_file_linked_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_figures_come_from_the_committed_record():
    figures = json.loads((ROOT / "benchmarks" / "results.json").read_text())["figures"]
    block = README.split("<!-- figures: written by make bench -->")[1].split("<!-- end of figures -->")[0].strip()
    assert block == as_table(figures)
