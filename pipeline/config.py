"""Settings, frozen; the only place where settings are read from the environment."""

import hashlib
import os
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

VERSION = "0.1.0"
PACKAGE = Path(__file__).resolve().parent
GIB = 1024**3
SOURCES = {".py", ".sql", ".yaml", ".csv", ".txt", ".json", ".j2", ".html", ".css"}


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may unpack to before it is refused as hostile."""

    max_member_bytes: int = 8 * GIB
    max_total_bytes: int = 24 * GIB
    max_ratio: int = 200
    max_members: int = 1_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the lake is, how much of the machine a step may take, and what a run counts.

    data_versions: quarters read from one issue of their archive, as (quarter, start of its SHA-256), instead of the
    one current at the data-lock point. with_duplicates: count every current case, duplicates too. meddra: a loaded
    MedDRA version, or none; by default the newest that is loaded. table_versions: tables of the lake that are read as of an
    earlier version of their log, as (name, version). pseudonym_key: secret that the registry's patient ids
    are hashed with; never printed. store_url: where plans, looks, signals and the audit trail are kept; by default a
    SQLite file in the lake. actor: who acts, for the audit trail. reviewers: actors who may answer a review. smtp_url,
    mail_from, mail_to and webhook_url: where a crossing is told; link: address of what they should look at.
    """

    lake: str = "./lake"
    memory_limit: str = "1200MB"
    threads: int = 2
    temp_directory: str | None = None
    faers_base_url: str = "https://fis.fda.gov/content/Exports"
    archive_limits: ArchiveLimits = ArchiveLimits()
    data_versions: tuple[tuple[str, str], ...] = ()
    with_duplicates: bool = False
    meddra: str | None = None
    table_versions: tuple[tuple[str, int], ...] = ()
    pseudonym_key: str | None = field(default=None, repr=False)
    store_url: str | None = field(default=None, repr=False)
    actor: str | None = None
    reviewers: tuple[str, ...] = ()
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    mail_to: tuple[str, ...] = ()
    webhook_url: str | None = field(default=None, repr=False)
    link: str | None = None

    @property
    def variant(self) -> str:
        """Name under which results are kept that rest on other choices than the default; empty for the default."""
        if self == replace(self, data_versions=(), with_duplicates=False, meddra=None, table_versions=()):
            return ""
        chosen = repr((sorted(self.data_versions), self.with_duplicates, self.meddra, sorted(self.table_versions)))
        return hashlib.sha256(chosen.encode()).hexdigest()[:12]


def settings_from_environment(lake: str | None = None) -> Settings:
    """Defaults, overridden by CARTWATCH_* variables, overridden by the lake given."""
    env = os.environ
    default = Settings()
    return Settings(
        lake=lake or env.get("CARTWATCH_LAKE", default.lake),
        memory_limit=env.get("CARTWATCH_MEMORY_LIMIT", default.memory_limit),
        threads=int(env.get("CARTWATCH_THREADS", min(os.cpu_count() or 1, 8))),
        temp_directory=env.get("CARTWATCH_TEMP"),
        faers_base_url=env.get("CARTWATCH_FAERS_URL", default.faers_base_url).rstrip("/"),
        meddra=env.get("CARTWATCH_MEDDRA") or None,
        pseudonym_key=env.get("CARTWATCH_PSEUDONYM_KEY") or None,
        store_url=env.get("CARTWATCH_STORE") or None,
        actor=env.get("CARTWATCH_ACTOR") or None,
        reviewers=_listed(env.get("CARTWATCH_REVIEWERS")),
        smtp_url=env.get("CARTWATCH_SMTP") or None,
        mail_from=env.get("CARTWATCH_MAIL_FROM") or None,
        mail_to=_listed(env.get("CARTWATCH_MAIL_TO")),
        webhook_url=env.get("CARTWATCH_WEBHOOK") or None,
        link=env.get("CARTWATCH_LINK") or None,
    )


def _listed(text: str | None) -> tuple[str, ...]:
    """Names joined by commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


@cache
def carried(folder: str) -> Path:
    """sql/ or expectations/: at the top of a checkout, inside the package in a wheel."""
    inside = PACKAGE / "_carried" / folder
    return inside if inside.is_dir() else PACKAGE.parent / folder


@cache
def code_version() -> str:
    """Version and a hash over every source file that can change a number."""
    digest = hashlib.sha256()
    for root in (PACKAGE, carried("sql"), carried("expectations")):
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in SOURCES and not name.startswith("_carried/"):
                digest.update(name.encode())
                digest.update(path.read_bytes())
    return f"{VERSION}+{digest.hexdigest()[:12]}"
