"""A made-up dictionary in the format of a MedDRA ASCII distribution; no term, class or code of it is MedDRA's."""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.intake.meddralayout import LAYOUT, RELEASE_FILE

SOC, HLGT, HLT, PT, LLT, SMQ = 91_000_000, 92_000_000, 93_000_000, 94_000_000, 95_000_000, 97_000_000
VERSION = "29.0"


@dataclass
class MadeUp:
    """A dictionary being drawn.

    terms: preferred term → its classes, the first one primary; each class has one group and one high-level term.
    others: lowest-level term → (preferred term, whether it is current). queries: name → lines of members, each
    (kind, name, scope) with kind pt, llt or smq, and scope narrow, broad or inactive. algorithms: queries with one.
    """

    terms: dict[str, list[str]]
    others: dict[str, tuple[str, bool]] = field(default_factory=dict)
    queries: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    algorithms: set[str] = field(default_factory=set)
    version: str = VERSION

    def __post_init__(self):
        self.classes = list(dict.fromkeys(name for path in self.terms.values() for name in path))
        lowest = [*self.terms, *self.others]
        self.codes = {("soc", name): SOC + i for i, name in enumerate(self.classes, 1)}
        self.codes |= {("pt", name): PT + i for i, name in enumerate(self.terms, 1)}
        # a preferred term is a lowest-level term of itself, under the same code
        self.codes |= {("llt", name): self.codes.get(("pt", name), LLT + i) for i, name in enumerate(lowest, 1)}
        self.codes |= {("smq", name): SMQ + i for i, name in enumerate(self.queries, 1)}

    def lines(self):
        """The lines of every file, without the release file."""
        return {
            "llt.asc": [self._line("llt.asc", **row) for row in self._llt()],
            "pt.asc": [
                self._line("pt.asc", pt_code=self.codes["pt", pt], pt_name=pt, pt_soc_code=self.codes["soc", path[0]])
                for pt, path in self.terms.items()
            ],
            **{f"{level}.asc": self._groups(level) for level in ("hlt", "hlgt", "soc")},
            "hlt_pt.asc": [
                self._line("hlt_pt.asc", hlt_code=self._code("hlt", name), pt_code=self.codes["pt", pt])
                for pt, path in self.terms.items()
                for name in path
            ],
            "hlgt_hlt.asc": self._links("hlgt", "hlt"),
            "soc_hlgt.asc": self._links("soc", "hlgt"),
            "mdhier.asc": [self._path(pt, path, name) for pt, path in self.terms.items() for name in path],
            "intl_ord.asc": [
                self._line("intl_ord.asc", intl_ord_code=i, soc_code=self.codes["soc", name])
                for i, name in enumerate(self.classes, 1)
            ],
            "smq_list.asc": [self._query(name) for name in self.queries],
            "smq_content.asc": [
                self._member(query, *member) for query, members in self.queries.items() for member in members
            ],
        }

    def write(self, folder, *, newline="\r\n", encoding="utf-8", release=True, upper=False, **changed):
        """Write the files into folder; changed gives a file's lines by its name without ending. Returns the folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        files = self.lines() | {f"{name}.asc": lines for name, lines in changed.items()}
        if release:
            files[RELEASE_FILE] = [f"{self.version}$English$$$$$"]
        for name, lines in files.items():
            text = "".join(f"{line}{newline}" for line in lines)
            (folder / (name.upper() if upper else name)).write_bytes(text.encode(encoding))
        return folder

    def _code(self, level, name):
        return {"soc": 0, "hlgt": HLGT - SOC, "hlt": HLT - SOC}[level] + self.codes["soc", name]

    def _name(self, level, name):
        return {"soc": name, "hlgt": f"{name} group", "hlt": f"{name} kind"}[level]

    def _llt(self):
        for pt in self.terms:
            code = self.codes["pt", pt]
            yield {"llt_code": code, "llt_name": pt, "pt_code": code, "llt_currency": "Y"}
        for llt, (pt, is_current) in self.others.items():
            yield {
                "llt_code": self.codes["llt", llt],
                "llt_name": llt,
                "pt_code": self.codes["pt", pt],
                "llt_currency": "Y" if is_current else "N",
            }

    def _groups(self, level):
        named = {f"{level}_code": self._code, f"{level}_name": self._name}
        return [
            self._line(f"{level}.asc", **{field: make(level, name) for field, make in named.items()})
            for name in self.classes
        ]

    def _links(self, above, below):
        return [
            self._line(
                f"{above}_{below}.asc",
                **{f"{above}_code": self._code(above, name), f"{below}_code": self._code(below, name)},
            )
            for name in self.classes
        ]

    def _path(self, pt, path, name):
        levels = {f"{level}_code": self._code(level, name) for level in ("hlt", "hlgt", "soc")}
        levels |= {f"{level}_name": self._name(level, name) for level in ("hlt", "hlgt", "soc")}
        return self._line(
            "mdhier.asc",
            pt_code=self.codes["pt", pt],
            pt_name=pt,
            **levels,
            pt_soc_code=self.codes["soc", path[0]],
            primary_soc_fg="Y" if name == path[0] else "N",
        )

    def _query(self, name):
        return self._line(
            "smq_list.asc",
            smq_code=self.codes["smq", name],
            smq_name=f"{name} (SMQ)",
            smq_level=1,
            smq_description="made up for a test",
            meddra_version=self.version,
            status="A",
            smq_algorithm="A or (B and C)" if name in self.algorithms else "N",
        )

    def _member(self, query, kind, name, scope):
        return self._line(
            "smq_content.asc",
            smq_code=self.codes["smq", query],
            term_code=self.codes[kind, name],
            term_level={"smq": 0, "pt": 4, "llt": 5}[kind],
            term_scope=0 if kind == "smq" else 2 if scope == "narrow" else 1,
            term_category="S" if kind == "smq" else "A",
            term_weight=0,
            term_status="I" if scope == "inactive" else "A",
            term_addition_version="1.0",
            term_last_modified_version=self.version,
        )

    def _line(self, file, **values):
        fields = LAYOUT[file].fields
        assert set(values) <= set(fields), set(values) - set(fields)
        return "".join(f"{values.get(name, '')}$" for name in fields)


def small():
    """A dictionary of seven terms in three classes, with a former spelling, a lower level and queries within queries."""
    return MadeUp(
        terms={
            "Glimmer fever": ["Glows and glimmers"],
            "Glimmer sepsis": ["Glows and glimmers", "Blue disorders"],
            "Blue oedema": ["Blue disorders"],
            "Blue shiver": ["Blue disorders"],
            "Tin leukaemia": ["Metals"],
            "Tin decreased": ["Metals"],
            "Copper yawn": ["Metals", "Blue disorders"],
        },
        others={
            "Glimmering fever": ("Glimmer fever", True),
            "Fever, glimmer": ("Glimmer fever", False),
            "Shiver blue": ("Blue shiver", True),
        },
        queries={
            "Blue states": [("smq", "Shivers", ""), ("pt", "Blue oedema", "narrow"), ("pt", "Blue shiver", "broad")],
            "Shivers": [
                ("pt", "Blue shiver", "narrow"),
                ("pt", "Copper yawn", "broad"),
                ("llt", "Shiver blue", "broad"),
            ],
            "Tin loss": [("pt", "Tin leukaemia", "narrow"), ("pt", "Tin decreased", "broad")],
            "Yawns": [("pt", "Copper yawn", "narrow"), ("pt", "Tin decreased", "inactive")],
        },
        algorithms={"Tin loss"},
    )
