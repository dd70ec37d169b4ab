"""Tables with a row a sample of one lead (time, lead, value), as R, pandas and databases keep them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecgnet.language import say
from ecgnet.readers._core import ReadError
from ecgnet.readers._leads import lead_of, millivolts_per

Row = tuple[int, list[str]]
"""The number of its line, and its cells."""
FEWEST = 20
"""Samples of a lead, below which words in a column are no sign of a long table."""
_VALUE = re.compile(
    r"(?:values?|amplitudes?|voltages?|signals?|samples?[\s_]values?|ecg|ekg|potential|y|wert|m?v|uv|\u00b5v|\u03bcv)(?:[\s_(\[].*)?",
    re.IGNORECASE,
)


def by_lead(
    header: Sequence[str] | None, rows: Sequence[Row], name: str
) -> tuple[tuple[str, ...], list[Row]] | None:
    """The same table with a column a lead, and its header: the time's name, then the leads with the value's unit.

    None for any other table: one column, and only one, names a lead in every row. Raises ReadError where the leads have
    other times or other numbers of samples, since then a row would hold what was not measured at once."""
    width = len(rows[0][1])
    if width < 3 or len(rows) < 2 * FEWEST or any(len(row) != width for _, row in rows):
        return None
    named = [
        k
        for k in range(width)
        if _names_a_lead(rows[0][1][k]) and all(map(_names_a_lead, {row[k] for _, row in rows}))
    ]
    if len(named) != 1:
        return None
    (lead,) = named
    others = [k for k in range(width) if k != lead and len({row[k] for _, row in rows}) > 1]
    value = _value_column(header, others)
    if value is None:
        return None
    times = [k for k in others if k != value]
    if len(times) > 1:
        return None
    leads: dict[str, list[Row]] = {}
    for row in rows:
        leads.setdefault(row[1][lead], []).append(row)
    if len(leads) < 2 or min(map(len, leads.values())) < FEWEST:
        return None
    _at_once(leads, times, name)
    first = next(iter(leads.values()))
    columns = [[row[value] for _, row in some] for some in leads.values()]
    when = [[row[k] for _, row in first] for k in times]
    unit = _unit(header[value]) if header else ""
    titles = (*((header[k] if header else "") for k in times), *(lead + unit for lead in leads))
    return titles, [
        (n, list(cells)) for (n, _), cells in zip(first, zip(*when, *columns, strict=True), strict=True)
    ]


def _names_a_lead(cell: str) -> bool:
    return lead_of(cell) is not None and re.search("[A-Za-z]", cell) is not None


def _value_column(header: Sequence[str] | None, others: Sequence[int]) -> int | None:
    """The column of samples: the one that is called so, else the last of two."""
    called = [k for k in others if header and _VALUE.fullmatch(header[k].strip())]
    if len(called) == 1:
        return called[0]
    return others[-1] if not called and 1 <= len(others) <= 2 else None


def _at_once(leads: dict[str, list[Row]], times: Sequence[int], name: str) -> None:
    """Raises ReadError unless all leads have the same times."""
    (one, first), *rest = leads.items()
    for other, rows in rest:
        if len(rows) != len(first):
            raise ReadError(
                say(
                    "{name} has a row a sample of one lead, {n_first} of lead {one} and {n_rows} of lead "
                    "{other}: it may be cut short, or hold several recordings. Export one whole recording.",
                    name=name,
                    n_first=len(first),
                    one=one,
                    n_rows=len(rows),
                    other=other,
                )
            )
        for (_, here), (line, there) in zip(first, rows, strict=True):
            if any(here[k] != there[k] for k in times):
                raise ReadError(
                    say(
                        "{name}: in line {line} lead {other} has another time than lead {one} at the same place. "
                        "Export the leads with the same times, or one column a lead.",
                        name=name,
                        line=line,
                        other=other,
                        one=one,
                    )
                )


def _unit(title: str) -> str:
    """The unit of the values behind each lead's name, " (mV)", or nothing."""
    words = re.findall(r"[^\s_()\[\]/]+", title)
    unit = next((word for word in reversed(words) if millivolts_per(word) is not None), None)
    return f" ({unit})" if unit else ""
