"""The benchmarks: `python -m tests.benchmarks NAME`, with --help after NAME for its options.

A benchmark is a module here with `add_arguments(parser)` and `measure(arguments)`, which returns
its figures by name. `as_text(figures)` is for those that do not fit a line each.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from tests.benchmarks import (
    classroom,
    figures,
    images,
    live,
    measures,
    orderings,
    playground,
    precision,
)

BENCHMARKS: dict[str, ModuleType] = {
    "classroom": classroom,
    "figures": figures,
    "images": images,
    "live": live,
    "measures": measures,
    "orderings": orderings,
    "playground": playground,
    "precision": precision,
}


def main() -> int:
    """Measure, then print the figures: as a table, or as JSON on the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    commands = parser.add_subparsers(dest="benchmark", required=True)
    for name, benchmark in BENCHMARKS.items():
        about = benchmark.__doc__ or ""
        command = commands.add_parser(
            name,
            help=about.splitlines()[0],
            description=about,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_argument("--json", action="store_true", help="end with one line of JSON")
        benchmark.add_arguments(command)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what we started is ended too
    benchmark = BENCHMARKS[arguments.benchmark]
    measured = benchmark.measure(arguments)
    as_text = getattr(benchmark, "as_text", _table)
    print(json.dumps(measured) if arguments.json else as_text(measured))
    return 0


def _table(figures: Mapping[str, Any]) -> str:
    width = max(map(len, figures))
    return "\n".join(f"{name:<{width}}  {_readable(value)}" for name, value in figures.items())


def _readable(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_readable, value))
    return "not measured" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
