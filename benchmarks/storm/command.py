"""`python -m benchmarks storm`: runs in a storm of faults; exit code 1 if anything was lost, stuck or done twice."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields

from benchmarks.progress import Progress
from benchmarks.storm.measure import storm
from benchmarks.storm.plan import Plan
from deploy.local.errors import LauncherError
from deploy.local.signals import stopping_like_ctrl_c


def _plan(options: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m benchmarks storm", description=__doc__)
    for field in fields(Plan):
        parser.add_argument(f"--{field.name}", type=int, default=field.default, help=f"default {field.default}")
    return Plan(**vars(parser.parse_args(options)))


def storm_command(options: Sequence[str]) -> int:
    try:
        plan = _plan(options)
        with stopping_like_ctrl_c():
            found = storm(plan, Progress().tell)
    except (LauncherError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found) or "Nothing lost, nothing stuck, nothing done twice, nothing told wrongly.")
    return int(bool(found))
