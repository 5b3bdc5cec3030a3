"""`python -m benchmarks [PART]`: what it takes, beside what it may take."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from benchmarks.graphql.measure import measure_graphql
from benchmarks.latency.measure import measure_latency
from benchmarks.profiling.measure import measure_profiling
from benchmarks.progress import Progress
from benchmarks.relationships.measure import measure_relationships
from benchmarks.runs.measure import measure_runs
from benchmarks.scale.figures import Figure, table_of
from benchmarks.scale.measure import measure_scale
from benchmarks.scale.size import Size
from benchmarks.storm.command import storm_command
from deploy.local.errors import LauncherError
from deploy.local.signals import stopping_like_ctrl_c

ALL, SCALE, LATENCY, RUNS, GRAPHQL = "all", "scale", "latency", "runs", "graphql"
PROFILING, RELATIONSHIPS = "profiling", "relationships"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=(ALL, SCALE, LATENCY, RUNS, GRAPHQL, PROFILING, RELATIONSHIPS),
        default=ALL,
        help="default: all of them",
    )
    for field in fields(Size):
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=int, default=field.default, help=f"default {field.default:,}; for {SCALE}")
    parser.add_argument(
        "--repetitions",
        type=int,
        default=15,
        help=f"of each query and run; a Save, {RUNS} and {PROFILING} take a fifth",
    )
    parser.add_argument(
        "--datahub",
        action="store_true",
        help=f"for {PROFILING}: DataHub's profiler beside ours, if it can be installed",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace, size: Size) -> Sequence[Figure]:
    progress = Progress()
    figures: list[Figure] = []
    if arguments.part in {ALL, LATENCY}:
        figures += measure_latency(arguments.repetitions, progress.tell)
    if arguments.part in {ALL, RUNS}:
        figures += measure_runs(max(arguments.repetitions // 5, 1), progress.tell)
    if arguments.part in {ALL, GRAPHQL}:
        figures += measure_graphql(arguments.repetitions, progress.tell)
    if arguments.part in {ALL, PROFILING}:
        rounds = max(arguments.repetitions // 5, 1)
        figures += measure_profiling(rounds, progress.tell, with_datahub=arguments.datahub)
    if arguments.part in {ALL, RELATIONSHIPS}:
        figures += measure_relationships(progress.tell)
    if arguments.part in {ALL, SCALE}:
        figures += measure_scale(size, arguments.repetitions, progress.tell)
    return figures


def main() -> int:
    if sys.argv[1:2] == ["storm"]:  # with options of its own
        return storm_command(sys.argv[2:])
    arguments = _arguments()
    try:
        size = Size(**{field.name: getattr(arguments, field.name) for field in fields(Size)})
        with stopping_like_ctrl_c():
            figures = _measure(arguments, size)
    except (LauncherError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n{table_of(figures)}")
    if arguments.json:
        shown = [asdict(figure) | {"is_missed": figure.is_missed} for figure in figures]
        arguments.json.write_text(json.dumps({"size": asdict(size), "figures": shown}, indent=2) + "\n")
    return int(any(figure.is_missed for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
