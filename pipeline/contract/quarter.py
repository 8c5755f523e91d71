"""Arithmetic of quarters, written as 2024Q1."""

QUARTERS_IN_YEAR = 4


def quarter_number(quarter: str) -> int:
    """Quarters since year 0: neighbours differ by one."""
    return int(quarter[:4]) * QUARTERS_IN_YEAR + int(quarter[-1]) - 1


def quarter_name(number: int) -> str:
    """The quarter with that number."""
    return f"{number // QUARTERS_IN_YEAR}Q{number % QUARTERS_IN_YEAR + 1}"
