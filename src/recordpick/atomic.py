"""Atomic writes: files and folders appear complete or not at all, readable by their owner only.

Everything is written beside its destination, flushed to the disk, and then renamed; a file never
replaces another. Errors of the operating system become messages for people. POSIX keeps others out
by the mode (0600, 0700), from the first byte on. Windows gives new files the rights of their
folder, so there it is the folder (the user's own, or a share for those who may see patient data)
that keeps others out.
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
from recordpick.file_names import check_name
from recordpick.os_errors import cannot_create, cannot_write, error_of_number, may_be_held, words_of

AN_HOUR = 3600
BINARY = getattr(os, "O_BINARY", 0)
_TEST_BYTES = 1024**2
_NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF}
"""Errors of systems that cannot flush a file or a folder to the disk."""
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


def as_system_error(error: BaseException, folder: Path) -> OSError | None:
    """Return the system error that a library's error is about; None if it is about something else.

    polars passes some system errors on as text that contains "(os error 28)". At the end of a
    Parquet file it only says "transport error", both when there was no room for it and when the
    file read is cut short: then a test write shows whether `folder` can still be written to.
    """
    if isinstance(error, UserError):
        return None  # already a sentence for people
    said = _OS_ERROR.search(str(error))
    if isinstance(error, OSError) and (error.errno is not None or said is None):
        return error  # polars raises some without a number
    if said is None:
        return _why_nothing_can_be_written(folder) if "transport error" in str(error) else None
    return error_of_number(int(said[1]))


def _why_nothing_can_be_written(folder: Path) -> OSError | None:
    """Try to write more than the end of a file needs; return the system's error, if any."""
    test_file = folder / f".{secrets.token_hex(8)}.part"
    try:
        write_new(test_file, bytes(_TEST_BYTES))
    except OSError as error:
        return error
    finally:
        with suppress(OSError):
            test_file.unlink()
    return None


def write_new(path: Path, content: bytes) -> None:
    """Write a new file (FileExistsError if it exists), flushed to the disk, for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file's content as a whole, on the disk before this returns; it keeps its rights.

    A program that is killed leaves the old content or the new one. UserError for system errors.
    """
    path = path.resolve()
    new = temporary_name(path)
    try:
        remove_leftover_files(path, time.time())
        write_new(new, content)
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        _replace(new, path)
        sync(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _replace(new: Path, path: Path) -> None:
    """Move a file over another one; on Windows try again while that may be open elsewhere."""
    _again_while_held(lambda: new.replace(path))


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk where the system supports that.

    OSError where the system reports that a file could not be flushed.
    """
    on_windows = os.name == "nt"
    if on_windows and path.is_dir():
        return  # Windows flushes files only
    descriptor = os.open(path, os.O_RDWR | BINARY if on_windows else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network drives do not support this call: what they confirm is durable. Others report
        # only now that there was no room for a file, or that the drive is gone.
        if path.is_file() and error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def make_folders(folder: Path) -> None:
    """Create a folder and those above it that are missing; what is there stays. UserError."""
    check_name(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_create(folder, error) from error


def check_free(out: Path) -> None:
    """Raise a UserError unless `out` can be created: new or empty, in an existing folder."""
    check_name(out)
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
def atomic_folder(out: Path, check: Callable[[Path], None] = check_free) -> Iterator[Path]:
    """Yield a new folder beside `out` that becomes `out` when the block ends without an error.

    `check` raises a UserError where `out` may not be created; what it accepts at `out` is replaced
    as a whole. Whatever goes wrong, nothing of the new folder is left behind, and what was at
    `out` stays as it was. A program that was killed cannot clean up: what it left is put back or
    removed the next time (`restore_interrupted`, `remove_leftover_folders`). UserError for
    system errors.
    """
    out = out.absolute()
    check_name(out)  # before Windows resolves it: it opens devices
    restore_interrupted(out)
    check(out)
    out = out.resolve()
    remove_leftover_folders(out)
    try:
        new_folder = _new_folder_beside(out)
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        yield new_folder
        for path in new_folder.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            sync(path)
        sync(new_folder)
        check(out)  # again: anything put there in the meantime is somebody else's
        _move_into_place(new_folder, out)
        sync(out.parent)
    except Exception as error:
        refused = as_system_error(error, new_folder)
        if refused is None:
            raise
        raise cannot_write(out, refused) from error
    finally:
        shutil.rmtree(new_folder, ignore_errors=True)


def _new_folder_beside(out: Path) -> Path:
    """Create a folder with a random name in the folder of `out`.

    Python's `mkdtemp` makes a folder on Windows that only its maker may open (since 3.12.4), which
    would lock out colleagues on a shared drive: there the folder inherits the rights of its own.
    """
    prefix = f".{out.name[:40]}."
    if os.name != "nt":
        return Path(tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=out.parent))
    folder = out.parent / f"{prefix}{secrets.token_hex(4)}.part"
    folder.mkdir()
    return folder


HELD_SECONDS = 2.0
"""How long a rename is tried again while a virus scanner or OneDrive may have a file open."""


def rename(old: Path, new: Path) -> None:
    """Rename a file or folder; on Windows try again for a while if it may be open elsewhere."""
    _again_while_held(lambda: old.rename(new))


def _again_while_held(move: Callable[[], object]) -> None:
    deadline = time.monotonic() + HELD_SECONDS
    while True:
        try:
            move()
        except OSError as error:
            if not may_be_held(error) or time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(0.1)


def remove_leftover_folders(out: Path) -> None:
    """Remove what killed programs left beside `out` an hour ago or more.

    Such folders hold patient data. Their names begin with a dot and end in .part (unfinished, or
    half removed) or .old (complete: what was being replaced): an .old folder stays as long as
    nothing is at `out`, because it may be the only copy. What cannot be removed stays.
    """
    with suppress(OSError):
        endings = ("part", "old") if out.exists() else ("part",)
        for beside in _leftovers(out, *endings):
            if time.time() - _last_change(beside) >= AN_HOUR:
                shutil.rmtree(beside, ignore_errors=True)


def restore_interrupted(out: Path) -> Path | None:
    """Put back what was at `out`, if a program that was replacing it was killed half-way.

    Between the two renames of a replacement nothing is at `out`, and what was there is complete
    under the name that `remove_leftover_folders` describes. Returns the folder that was put back,
    None if there was nothing to do. UserError, with what to do, where the system refuses.
    """
    out = out.absolute().resolve()
    try:
        if out.exists() or out.is_symlink() or not out.parent.is_dir():
            return None
        earlier = sorted(_leftovers(out, "old"), key=lambda path: path.stat().st_ctime)
    except OSError:
        return None  # the error appears when `out` itself is opened
    if not earlier:
        return None
    try:
        rename(earlier[-1], out)
    except OSError as error:
        if out.exists():
            return None  # somebody else was quicker
        raise UserError(
            f"{out} is missing: a program that was replacing it was stopped before it finished. "
            f"The earlier folder is complete and lies beside it as {earlier[-1].name}, but could "
            f"not be renamed ({words_of(error)}): rename that folder to {out.name}."
        ) from error
    with suppress(OSError):
        sync(out.parent)
    return out


def _leftovers(out: Path, *endings: str) -> list[Path]:
    """Return the folders beside `out` that have our names with these endings."""
    ours = re.compile(rf"\.{re.escape(out.name[:40])}\.[a-z0-9_]{{8}}\.({'|'.join(endings)})")
    return [beside for beside in out.parent.iterdir() if ours.fullmatch(beside.name)]


def _last_change(folder: Path) -> float:
    """Return the time of the last change in a folder, in seconds since 1970; now if unknown."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:
        return time.time()


def _move_into_place(new_folder: Path, out: Path) -> None:
    """Rename; move what is there out of the way first, and back if the rename fails."""
    if not out.exists():
        rename(new_folder, out)
        return
    if not any(out.iterdir()):
        out.rmdir()  # removes an empty folder only, so nothing can be lost
        rename(new_folder, out)
        return
    earlier = new_folder.with_suffix(".old")
    for last in (False, True):
        rename(out, earlier)
        try:
            rename(new_folder, out)
            break
        except OSError:
            if out.exists() and not earlier.exists() and not last:
                continue  # somebody who opened it just then has put it back
            rename(earlier, out)
            raise
    # A half-removed folder must not be mistaken for the earlier one.
    with suppress(OSError):
        rename(earlier, new_folder)
        shutil.rmtree(new_folder, ignore_errors=True)


_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.EMLINK}
"""Errors of file systems without hard links: some network drives and memory sticks."""


def temporary_name(path: Path) -> Path:
    """Return a path in the same folder that nothing exists at."""
    return path.with_name(f".{path.name[:60]}.{secrets.token_hex(8)}.part")


def remove_leftover_files(path: Path, now: float) -> None:
    """Remove what programs that were stopped left unfinished beside a file an hour ago or more.

    `now` is in seconds since 1970, as files have it. What cannot be removed stays.
    """
    for beside in path.parent.iterdir():
        name = beside.name
        if name.startswith(f".{path.name[:60]}.") and name.endswith((".part", ".part-journal")):
            with suppress(OSError):
                if now - beside.stat().st_mtime >= AN_HOUR:
                    beside.unlink()


def create_empty(path: Path) -> None:
    """Create an empty file (FileExistsError if it exists) that only its owner may read."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o600))


def move_into_place(finished: Path, path: Path) -> None:
    """Move a finished file to its name at once, never over another file (FileExistsError).

    A hard link does both where the file system has them. Elsewhere the program checks that the
    name is free and renames; Windows itself refuses to rename onto a file.
    """
    try:
        os.link(finished, path)
    except OSError as error:
        # Windows: some network drives refuse links in ways of their own, and its rename is safe.
        if isinstance(error, FileExistsError) or not (error.errno in _NO_LINKS or os.name == "nt"):
            raise
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        rename(finished, path)
    else:
        finished.unlink()
    sync(path.parent)


def check_new(out: Path) -> None:
    """Raise a UserError unless a file of that name could be made: free, in a folder."""
    check_name(out)
    out = out.absolute()
    if not out.parent.is_dir():
        raise UserError(f"{out}: there is no folder {out.parent}. Make it first.")
    if out.exists() or out.is_symlink():
        raise UserError(f"{out} already exists: choose another name, or move it away first.")


def check_writable(out: Path) -> None:
    """Raise a UserError unless a file can be made where `out` is to be; nothing is left there."""
    unfinished = temporary_name(out.absolute())
    try:
        write_new(unfinished, b"")
    except OSError as error:
        raise cannot_write(out, error) from error
    with suppress(OSError):  # a virus scanner may hold it; then it goes with what else was left
        unfinished.unlink()


def write_file(
    out: Path,
    content: bytes,
    *,
    before_it_appears: Callable[[], object] = lambda: None,
) -> None:
    """Write a new file, complete or not at all, that only its owner may read.

    `before_it_appears` is called when everything but the name is on the disk; what it raises
    leaves nothing behind. UserError where the name is taken or the system refuses.
    """
    check_new(out)
    out = out.absolute()
    unfinished = temporary_name(out)
    try:
        remove_leftover_files(out, time.time())
        write_new(unfinished, content)
        before_it_appears()
        move_into_place(unfinished, out)
    except OSError as error:
        raise cannot_write(out, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
