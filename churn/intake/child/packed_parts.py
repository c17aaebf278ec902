"""The parts of a packed workbook, unpacked in pieces under limits, and looked at for what would harm a reader."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from churn.intake.child.frames import refuse

_PIECE = 1 << 20
_MOST_PARTS, _SUSPICIOUS_RATIO, _SUSPICIOUS_SIZE = 10_000, 100, 100_000_000
_ENTRY, _LOCAL, _LOCAL_LENGTH = b"PK\x01\x02", struct.Struct("<26xHH"), 30
_DECLARATIONS = tuple(sign.encode(code) for sign in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be"))
_LONGEST_TOKEN = 1 << 16


def parts_of(data: bytes) -> list[zipfile.ZipInfo]:
    """The parts of the ZIP. Refuses one that has too many or is damaged."""
    if data.count(_ENTRY) > _MOST_PARTS:
        refuse("parts", n=data.count(_ENTRY))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return [part for part in packed.infolist() if not part.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        return refuse("damaged", why=str(error))


def pieces_of(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, piece by piece, whatever size it claims to have. Refuses what is damaged."""
    if part.header_offset < 0 or part.header_offset + _LOCAL_LENGTH > len(data):
        refuse("damaged", why="a part lies outside the file")
    name, extra = _LOCAL.unpack_from(data, part.header_offset)
    start = part.header_offset + _LOCAL_LENGTH + name + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        refuse("damaged", why="a part is packed in a way that workbooks never are")
    stream = zlib.decompressobj(-15)
    left: bytes | memoryview = packed
    try:
        while not stream.eof and len(left):
            piece = stream.decompress(left, _PIECE)
            left = stream.unconsumed_tail
            if piece:
                yield piece
        yield stream.flush()
    except zlib.error as error:
        refuse("damaged", why=str(error))


def look_at_parts(data: bytes, parts: list[zipfile.ZipInfo], most: int) -> None:
    """Refuses parts that unpack to more than `most` bytes together or suspiciously well, and XML that declares entities."""
    whole = 0
    for part in parts:
        size, before = 0, b""
        for piece in pieces_of(data, part):
            size += len(piece)
            if size > _SUSPICIOUS_SIZE and size > _SUSPICIOUS_RATIO * part.compress_size:
                refuse("tight", part=part.filename)
            if whole + size > most:
                refuse("memory")
            seam = before + piece
            if part.filename.casefold().endswith((".xml", ".rels")) and any(sign in seam for sign in _DECLARATIONS):
                refuse("declares", part=part.filename)
            before = piece[-32:]
        whole += size


def tokens_of(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an XML part in pieces that end before a "<", so that no tag is cut in two."""
    left = b""
    for piece in pieces_of(data, part):
        seam = left + piece
        cut = seam.rfind(b"<")
        if cut <= 0 or len(seam) - cut > _LONGEST_TOKEN:
            cut = len(seam)
        yield seam[:cut]
        left = seam[cut:]
    yield left
