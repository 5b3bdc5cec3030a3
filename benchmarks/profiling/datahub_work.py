"""Runs DataHub's own profiler, in DataHub's own environment, with its recipe as JSON on standard input.

It prints the seconds without the start of the process, the most memory that it ever took, in MiB, and what it profiled.
"""

import json
import resource
import sys
import time
from pathlib import Path

from datahub.ingestion.run.pipeline import Pipeline

recipe = json.load(sys.stdin)
began, used = time.perf_counter(), time.process_time()
pipeline = Pipeline.create(recipe, report_to=None)
pipeline.run()
wall, processor = time.perf_counter() - began, time.process_time() - used
pipeline.raise_from_status()

written = json.loads(Path(recipe["sink"]["config"]["filename"]).read_text())
profiles = [one["aspect"]["json"] for one in written if one.get("aspectName") == "datasetProfile"]
told = {
    "wall": wall,
    "processor": processor,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "tables": len(profiles),
    "columns": sum(len(profile.get("fieldProfiles", [])) for profile in profiles),
}
sys.stdout.write(f"\n{json.dumps(told)}\n")
