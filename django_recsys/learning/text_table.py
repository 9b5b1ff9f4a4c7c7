"""Tables for a terminal."""

from collections.abc import Sequence


def format_table(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return rows of equal length below each other, in columns.

    The first ``left`` columns are aligned to the left, the others to the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
