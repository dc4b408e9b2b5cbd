"""A zip encrypted in the old way (ZipCrypto), as no library of ours writes any more."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path


def _step(crc: int, byte: int) -> int:
    # One step of CRC-32 without the inversions that zlib.crc32 makes at its ends.
    return (~zlib.crc32(bytes([byte]), ~crc & 0xFFFFFFFF)) & 0xFFFFFFFF


class _Keys:
    def __init__(self, password: bytes) -> None:
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.update(byte)

    def update(self, byte: int) -> None:
        first, second, third = self.keys
        first = _step(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [first, second, _step(third, second >> 24)]

    def encrypted(self, content: bytes) -> bytes:
        out = bytearray()
        for byte in content:
            mixed = self.keys[2] | 2
            out.append(byte ^ (((mixed * (mixed ^ 1)) >> 8) & 0xFF))
            self.update(byte)
        return bytes(out)


def write_zip_crypto(path: Path, contents: dict[str, bytes], password: bytes) -> Path:
    """Write a zip of stored files, each encrypted with ZipCrypto."""
    body, directory = bytearray(), bytearray()
    for name, content in contents.items():
        crc, keys = zlib.crc32(content), _Keys(password)
        data = keys.encrypted(bytes(11) + bytes([crc >> 24]) + content)
        encoded = name.encode()
        common = struct.pack(
            "<HHHHHLLLHH", 20, 1, 0, 0, 33, crc, len(data), len(content), len(encoded), 0
        )
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
        directory += struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + encoded
        body += b"PK\x03\x04" + common + encoded + data
    end = struct.pack("<HHHHLLH", 0, 0, len(contents), len(contents), len(directory), len(body), 0)
    path.write_bytes(bytes(body) + bytes(directory) + b"PK\x05\x06" + end)
    return path
