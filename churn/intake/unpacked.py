"""A gzip or a ZIP of one file -> that file. Nothing is written to disk, so the names inside are only names."""

import io
import zipfile
import zlib
from dataclasses import dataclass, replace

from churn.errors import IntakeError
from churn.intake.limits import Limits, refuse_size, unpacks_to_too_much
from churn.wording import _, listing, number

_GZIP, _ZIP, _ZIP_ENTRY = b"\x1f\x8b\x08", (b"PK\x03\x04", b"PK\x05\x06"), b"PK\x01\x02"
_OF_A_WORKBOOK = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "content.xml", "xl/")
_MOST_LAYERS, _MOST_MEMBERS, _MOST_NAMED = 3, 10_000, 6
_PIECE = 1 << 20


@dataclass(frozen=True)
class Unpacked:
    """The bytes of the innermost file, its name, and a sentence for each layer that was taken off."""

    data: bytes
    file: str
    notes: tuple[str, ...] = ()


def unpacked(data: bytes, *, file: str, limits: Limits) -> Unpacked:
    """The file inside gzip or ZIP, or the file itself. Raises IntakeError for several files, too much, a password or damage."""
    here = Unpacked(data, file)
    for _layer in range(_MOST_LAYERS + 1):
        refuse_size(len(here.data), file=here.file, limits=limits)
        if here.data.startswith(_GZIP):
            here = _from_gzip(here, limits)
        elif here.data.startswith(_ZIP) and not is_packed_workbook(here.data):
            here = _from_zip(here, limits)
        else:
            return here
    raise IntakeError(_("{file} is packed more than {n} times over: unpack it first.").format(file=file, n=number(_MOST_LAYERS)))


def is_packed_workbook(data: bytes) -> bool:
    """Whether the ZIP holds the parts of a workbook, or is too damaged to tell, so that the workbook reader says what is wrong."""
    if data.count(_ZIP_ENTRY) > _MOST_MEMBERS:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return any(name.startswith(_OF_A_WORKBOOK) for name in packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return True


def _from_gzip(packed: Unpacked, limits: Limits) -> Unpacked:
    pieces: list[bytes] = []
    size, left = 0, packed.data
    try:
        while left.startswith(_GZIP):
            stream = zlib.decompressobj(31)
            while not stream.eof and (left or stream.unconsumed_tail):
                pieces.append(stream.decompress(left, _PIECE))
                size, left = size + len(pieces[-1]), stream.unconsumed_tail
                if size > limits.bytes:
                    raise unpacks_to_too_much(packed.file, limits)
            if not stream.eof:
                raise zlib.error
            left = stream.unused_data.lstrip(b"\0")
    except zlib.error:
        raise IntakeError(
            _("{file} is damaged or cut short and cannot be unpacked: fetch or save it again.").format(file=packed.file)
        ) from None
    inside = packed.file[:-3] if packed.file.casefold().endswith(".gz") else packed.file
    note = _("Unpacked from {file}.").format(file=packed.file)
    return replace(packed, data=b"".join(pieces), file=inside, notes=(*packed.notes, note))


def _from_zip(packed: Unpacked, limits: Limits) -> Unpacked:
    try:
        with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
            member = _only_member(archive, packed.file)
            with archive.open(member) as stream:
                data = stream.read(limits.bytes + 1)
    except RuntimeError:
        raise IntakeError(_("{file} is protected by a password: save a copy without one.").format(file=packed.file)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise IntakeError(
            _("{file} is damaged or cut short and cannot be unpacked: fetch or save it again.").format(file=packed.file)
        ) from None
    if len(data) > limits.bytes:
        raise unpacks_to_too_much(packed.file, limits)
    name = _last_part(member.filename)
    return Unpacked(data, name, (*packed.notes, _("Read from {name} inside {file}.").format(name=name, file=packed.file)))


def _only_member(archive: zipfile.ZipFile, file: str) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir() and not _is_clutter(member.filename)]
    if not members:
        raise IntakeError(_("{file} is a ZIP without a file in it.").format(file=file))
    if len(members) > 1:
        named = [_last_part(member.filename) for member in members[:_MOST_NAMED]]
        more = [_("{n} more").format(n=number(len(members) - _MOST_NAMED))] if len(members) > _MOST_NAMED else []
        raise IntakeError(
            _("{file} holds {n} files ({names}): unpack it and choose one.").format(
                file=file, n=number(len(members)), names=listing([*named, *more])
            )
        )
    return members[0]


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or _last_part(name).startswith("._") or _last_part(name) in (".DS_Store", "Thumbs.db")


def _last_part(name: str) -> str:
    """A member's name without its folders, however it writes them."""
    return name.replace("\\", "/").rsplit("/", 1)[-1] or name
