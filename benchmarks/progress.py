import sys
import time


class Progress:
    def __init__(self) -> None:
        self._began = time.monotonic()

    def tell(self, text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:8.1f} s  {text}\n")
        sys.stdout.flush()
