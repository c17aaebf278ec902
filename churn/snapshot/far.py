"""Folders that a cluster sees, wherever they lie: asked and written through Spark's own file systems."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


def place(said: str) -> str:
    """A path or an address as Spark is to be told it: paths of this machine in full.

    >>> place("hdfs://house/firm/"), place("/data/firm")
    ('hdfs://house/firm', '/data/firm')
    """
    return said.rstrip("/") if "://" in said else str(Path(said).absolute())


@dataclass(frozen=True)
class Far:
    """The file systems that a Spark session reaches."""

    session: Any

    def _path(self, path: str) -> tuple[Any, Any]:
        found = self.session._jvm.org.apache.hadoop.fs.Path(path)
        return found.getFileSystem(self.session._jsc.hadoopConfiguration()), found

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        files, found = self._path(path)
        return bool(files.exists(found))

    def names(self, path: str) -> list[str]:
        """What lies in a folder; a file is named by itself, what is not there has none."""
        files, found = self._path(path)
        return [str(inside.getPath().getName()) for inside in files.listStatus(found)] if files.exists(found) else []

    def remove(self, path: str) -> None:
        """Deletes a file or folder with all in it, if it is there."""
        files, found = self._path(path)
        files.delete(found, True)

    def make(self, path: str) -> None:
        """Makes a folder, and those above it."""
        files, found = self._path(path)
        if not files.mkdirs(found):
            raise PermissionError(13, "Permission denied", path)

    def rename(self, path: str, to: str) -> None:
        """Gives a file or folder another name."""
        files, found = self._path(path)
        if not files.rename(found, self._path(to)[1]):
            raise PermissionError(13, "Permission denied", to)

    def write(self, path: str, data: bytes) -> None:
        """Writes a small file."""
        files, found = self._path(path)
        stream = files.create(found, True)
        try:
            stream.write(data)
        finally:
            stream.close()
