import subprocess
import sys

LOOK = """
import gc
import api.app
from api.collector import spare_what_stays
before = len(gc.get_objects())
spare_what_stays()
print(gc.get_freeze_count() > before * 0.9, len(gc.get_objects()) < before * 0.1, gc.get_threshold()[0], gc.isenabled())
"""


def test_what_a_server_is_made_of_is_not_looked_at_again() -> None:
    """In a process of its own: it cannot be taken back."""
    seen = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=60)

    assert seen.stdout.split() == ["True", "True", "100000", "True"]
