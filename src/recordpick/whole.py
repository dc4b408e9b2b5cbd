"""Files and folders that appear whole or not at all, for their owner only.

Whatever is written is written beside its place, onto the disk, and then takes its name. What the
system refuses becomes a sentence. POSIX keeps others out by the mode (0600, 0700); Windows gives
new files the rights of their folder, and there the folder is what keeps others out.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recordpick.errors import UserError

_CANNOT = {
    errno.ENOSPC: "there is no room left on the disk: free some, or choose another disk",
    errno.EDQUOT: "your share of the disk is used up: free some, or choose another disk",
    errno.ENOMEM: "there is not enough memory: close other programs",
    errno.EFBIG: "the disk takes no file of that size: choose another disk",
    errno.EACCES: "you may not write there: choose another folder, or ask for permission",
    errno.EPERM: "you may not write there: choose another folder, or ask for permission",
    errno.ENOTEMPTY: "it is not empty: choose another folder",
    errno.EROFS: "the disk can only be read: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.ENOENT: "the folder is not there any more: choose another one",
}
_WINDOWS_FULL = (39, 112)
"""Windows's own numbers of a full disk."""
AN_HOUR = 3600
_BINARY = getattr(os, "O_BINARY", 0)
_TRIED = 1024**2
_NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF}
"""What systems answer that cannot be asked to bring a file or a folder to the disk."""
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


def cannot_write(path: Path, error: OSError) -> UserError:
    """Put into a sentence why the system would not let us write."""
    why = _CANNOT.get(error.errno or 0, f"the system says: {error.strerror or error}")
    return UserError(f"{path} could not be written: {why}. Nothing was left behind.")


def as_system_error(error: BaseException, folder: Path) -> OSError | None:
    """Return the system's error that a library's error is about; None if it is about another thing.

    polars passes some of the system's errors on as text, with "(os error 28)" in it. Of the end of
    a Parquet file it says "transport error" and no more, be it that there was no room for it or
    that what is read ends too soon: then it is tried whether `folder` can still be written to.
    """
    if isinstance(error, UserError):
        return None  # somebody has put it into words already
    said = _OS_ERROR.search(str(error))
    if isinstance(error, OSError) and (error.errno is not None or said is None):
        return error  # polars raises some without a number
    if said is None:
        return _why_nothing_can_be_written(folder) if "transport error" in str(error) else None
    number = int(said[1])
    if os.name == "nt" and number in _WINDOWS_FULL:
        number = errno.ENOSPC
    return OSError(number, os.strerror(number))


def _why_nothing_can_be_written(folder: Path) -> OSError | None:
    """Try to write more than the end of a file needs; give what the system says against it."""
    tried = folder / f".{secrets.token_hex(8)}.part"
    try:
        write_new(tried, bytes(_TRIED))
    except OSError as error:
        return error
    finally:
        with suppress(OSError):
            tried.unlink()
    return None


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there (FileExistsError), onto the disk, for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable where the system has a call for that.

    OSError where it says that a file is not.
    """
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network drives do not know this call: they are durable when they say so. Of a file
        # others say only now that there was no room for it, or that they are gone.
        if path.is_file() and error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def check_free(out: Path) -> None:
    """Raise a UserError unless `out` could be made: free or empty, in a folder that is there."""
    try:
        if not out.parent.is_dir():
            raise UserError(f"{out}: there is no folder {out.parent}. Make it first.")
        if not out.exists() and not out.is_symlink():
            return
        if not out.is_dir():
            raise UserError(f"{out} is a file: choose another folder.")
        if any(out.iterdir()):
            raise UserError(f"{out} is not empty: choose another folder.")
    except OSError as error:
        raise cannot_write(out, error) from error


@contextmanager
def whole_folder(out: Path, check: Callable[[Path], None] = check_free) -> Iterator[Path]:
    """Return a new folder beside `out` that becomes `out` when the block ends without an error.

    `check` raises a UserError where `out` may not be made; what it lets stand at `out` is replaced
    whole. Whatever goes wrong, nothing of the new folder stays behind, and what was at `out` stays
    as it was. A program that was killed cannot tidy up: what it left is put back or taken away the
    next time (`put_back`, `take_away_leftovers`). UserError for what the system refuses.
    """
    out = out.absolute()
    put_back(out)
    check(out)
    out = out.resolve()
    take_away_leftovers(out)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        yield made
        for path in made.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            sync(path)
        sync(made)
        check(out)  # again: what somebody put there meanwhile is theirs
        _put_in_place(made, out)
        sync(out.parent)
    except Exception as error:
        refused = as_system_error(error, made)
        if refused is None:
            raise
        raise cannot_write(out, refused) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def take_away_leftovers(out: Path) -> None:
    """Take away what programs that were killed left beside `out`, an hour ago or more.

    Such folders hold patient data. Their names begin with a dot and end in .part (unfinished, or
    half taken away) or .old (whole: what was to be replaced): that one stays as long as nothing is
    at `out`, for it may be the only one. What cannot be taken away stays.
    """
    with suppress(OSError):
        endings = ("part", "old") if out.exists() else ("part",)
        for beside in _left_beside(out, *endings):
            if time.time() - _last_change(beside) >= AN_HOUR:
                shutil.rmtree(beside, ignore_errors=True)


def put_back(out: Path) -> Path | None:
    """Put back what was at `out`, if a program that was replacing it was killed half-way.

    Between the two renames of a replacement nothing is at `out`, and what was there is whole under
    the name that `take_away_leftovers` describes. Gives the folder that was put back, None where
    there was nothing to do. UserError, with what to do, where the system does not let us.
    """
    out = out.absolute().resolve()
    try:
        if out.exists() or out.is_symlink() or not out.parent.is_dir():
            return None
        earlier = sorted(_left_beside(out, "old"), key=lambda path: path.stat().st_ctime)
    except OSError:
        return None  # whoever asks for `out` is told what the system says of it
    if not earlier:
        return None
    try:
        earlier[-1].rename(out)
    except OSError as error:
        if out.exists():
            return None  # somebody else was quicker
        raise UserError(
            f"{out} is not there: a program that was replacing it was ended half-way. What was "
            f"there lies whole beside it as {earlier[-1].name}, and could not be given its name "
            f"back ({error.strerror or error}): rename that folder to {out.name}."
        ) from error
    with suppress(OSError):
        sync(out.parent)
    return out


def _left_beside(out: Path, *endings: str) -> list[Path]:
    """Return the folders beside `out` that bear names of ours with these endings."""
    ours = re.compile(rf"\.{re.escape(out.name[:40])}\.[a-z0-9_]{{8}}\.({'|'.join(endings)})")
    return [beside for beside in out.parent.iterdir() if ours.fullmatch(beside.name)]


def _last_change(folder: Path) -> float:
    """Return the time of the last change in a folder, in seconds as files have it; now if unknown."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:
        return time.time()


def _put_in_place(made: Path, out: Path) -> None:
    """Rename; what is there steps aside first, and comes back if the new one cannot follow."""
    if not out.exists():
        made.rename(out)
        return
    if not any(out.iterdir()):
        out.rmdir()  # takes away an empty folder only, so nothing of anybody's can be lost
        made.rename(out)
        return
    earlier = made.with_suffix(".old")
    for last in (False, True):
        out.rename(earlier)
        try:
            made.rename(out)
            break
        except OSError:
            if out.exists() and not earlier.exists() and not last:
                continue  # somebody who opened it just then has put it back
            earlier.rename(out)
            raise
    # What is half taken away must not be taken for what was there.
    with suppress(OSError):
        earlier.rename(made)
        shutil.rmtree(made, ignore_errors=True)
