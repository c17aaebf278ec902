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
    """So many processes at work, and a folder with what all of them read."""

    def __init__(self, processes: Any, size: int, folder: Path):
        self.processes, self.size, self.folder = processes, size, folder

    def share(self, values: npt.NDArray[Any]) -> Path:
        """Where every process can read an array with `np.load` without holding a copy; it is there as long as the crew is."""
        path = self.folder / f"{len(list(self.folder.iterdir()))}.npy"
        np.save(path, values)
        return path

    def each(self, jobs: Sequence[Callable[[], Done]], tell: Callable[[float], None]) -> list[Done]:
        """Does all jobs and gives what they give, in their order. `tell` hears the share of jobs done, twice a second, and may raise."""
        from concurrent.futures import FIRST_COMPLETED, Future, wait

        results: dict[int, Done] = {}
        at_work: dict[Future[Done], int] = {}
        left = list(enumerate(jobs))
        while left or at_work:
            # No more than can be begun: what still queues when processes are killed breaks loky's own thread (a KeyError in joblib 1.6).
            while left and len(at_work) < self.size:
                number, job = left.pop(0)
                at_work[self.processes.submit(job)] = number
            done, _others = wait(at_work, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
            results |= {at_work.pop(job): job.result() for job in done}
            tell(len(results) / len(jobs))
        return [results[number] for number in range(len(jobs))]


@contextmanager
def crew(most: int) -> Iterator[Crew]:
    """As many processes as there are processors, at most `most`; they outlive the work for a while, but not an error or a stop."""
    import sklearn.ensemble  # noqa: F401  the threads of what is not yet loaded cannot be held back
    from joblib import cpu_count
    from joblib.externals.loky import get_reusable_executor
    from threadpoolctl import threadpool_limits

    size = max(1, min(cpu_count(), most))
    processes = get_reusable_executor(max_workers=size, timeout=IDLE, env=ONE_THREAD)
    with threadpool_limits(1), TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            yield Crew(processes, size, Path(folder))
        except BaseException:
            processes.shutdown(wait=True, kill_workers=True)
            raise
