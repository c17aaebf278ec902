"""Processes that do the heavy work side by side, one thread each, and that end at once where the work is stopped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

HEARTBEAT = 0.5  # seconds between two signs of progress
IDLE = 300  # seconds after which a process without work ends
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")

Done = TypeVar("Done")


class Crew:
    """The processes at work, and a folder with what all of them read."""

    def __init__(self, processes: Any, folder: Path):
        self.processes, self.folder = processes, folder

    def share(self, values: npt.NDArray[Any]) -> Path:
        """Where every process can read an array with `np.load` without holding a copy; it is there as long as the crew is."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}.npy"
        np.save(path, values)
        return path

    def each(self, jobs: Sequence[Callable[[], Done]], tell: Callable[[float], None]) -> list[Done]:
        """Does all jobs and gives what they give, in their order. `tell` hears the share of jobs done, twice a second, and may raise."""
        from concurrent.futures import wait

        started = [self.processes.submit(job) for job in jobs]
        waiting = set(started)
        while waiting:
            _done, waiting = wait(waiting, timeout=HEARTBEAT)
            tell(1 - len(waiting) / len(started))
        return [job.result() for job in started]


@contextmanager
def crew(most: int) -> Iterator[Crew]:
    """As many processes as there are processors, at most `most`; they outlive the work for a while, but not an error or a stop."""
    import sklearn.ensemble  # noqa: F401  the threads of what is not yet loaded cannot be held back
    from joblib import cpu_count
    from joblib.externals.loky import get_reusable_executor
    from threadpoolctl import threadpool_limits

    processes = get_reusable_executor(max_workers=max(1, min(cpu_count(), most)), timeout=IDLE, env=ONE_THREAD)
    with threadpool_limits(1), TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            yield Crew(processes, Path(folder))
        except BaseException:
            processes.shutdown(wait=True, kill_workers=True)
            raise
