"""The one error family: each kind has its own exit code, and says what was found, where, and what to do."""


class CartwatchError(Exception):
    """Base of every error we raise on purpose; anything else is a bug of ours (exit code 1)."""

    exit_code = 1


class UsageError(CartwatchError):
    """The command or its options cannot be carried out as given."""

    exit_code = 2


class LayoutChanged(CartwatchError):
    """The publisher's files no longer have the layout we know."""

    exit_code = 10


class GateFailed(CartwatchError):
    """A critical rule is broken; the previous data stays current. `report` is what the step had to say all the same."""

    exit_code = 11

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class SourceOutage(CartwatchError):
    """The publisher cannot be reached or has not published yet; the only error worth retrying."""

    exit_code = 12


class InputRefused(CartwatchError):
    """The input is corrupt or hostile; nothing was written."""

    exit_code = 13


class LakeConflict(CartwatchError):
    """Another writer holds the same partition, or a write was interrupted between tables."""

    exit_code = 14


class DecisionConflict(CartwatchError):
    """Somebody else decided meanwhile, or what is asked contradicts what the ledger already holds; nothing was written."""

    exit_code = 14


class NothingThere(CartwatchError):
    """The lake does not hold what was asked for."""

    exit_code = 15
