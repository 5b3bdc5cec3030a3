"""What the processes of a run's own Dask cluster do before their first task: Dask calls it a preload."""

import gc


def dask_setup(_worker: object) -> None:
    """Let the collector pass over what was imported: at the end it would visit all of that once more, for a second of
    processor time, and Dask kills a process that takes four to end.
    """
    gc.collect()
    gc.freeze()
