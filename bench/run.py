"""`make bench`: every number that the project promises, beside its budget, out of one run.

The machines are shared and noisy, so what is compared takes turns, and what counts is the median of
the ratios between neighbours, never a time. `--write` renews docs/performance.md from the run;
names of parts (`speed alone growth space mixed postgres insights page`) run only those.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import alone, big_space, growth, insights, mixed, page, postgres, report, speed
from bench.kit import Measure

PARTS: dict[str, Callable[[Path], list[Measure]]] = {
    "speed": speed.measure,
    "alone": alone.measure,
    "growth": growth.measure,
    "space": big_space.measure,
    "mixed": mixed.measure,
    "postgres": postgres.measure,
    "insights": insights.measure,
    "page": page.measure,
}


def main() -> None:
    """Measure and print; exit with 1 when a budget is missed."""
    wanted = [name for name in sys.argv[1:] if name in PARTS] or list(PARTS)
    measures: list[Measure] = []
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="kadence-bench-") as folder:
            found = PARTS[name](Path(folder))
        _print(found)
        measures += found
    if "--write" in sys.argv:
        report.write(measures)
    missed = [measure for measure in measures if measure.met is False]
    if missed:
        names = "; ".join(f"{measure.section}: {measure.name}" for measure in missed)
        sys.exit(f"missed: {names}")


def _print(measures: Sequence[Measure]) -> None:
    for section in dict.fromkeys(measure.section for measure in measures):
        table = Table(section, "measured", "budget", "", "")
        for measure in measures:
            if measure.section == section:
                mark = {True: "met", False: "[bold red]missed[/]", None: ""}[measure.met]
                table.add_row(measure.name, measure.shown, measure.budget, mark, measure.note)
        Console(soft_wrap=True).print(table)


if __name__ == "__main__":
    main()
