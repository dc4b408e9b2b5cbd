"""Files of a source are hashed while the index is made."""

import hashlib

import pytest

from recordpick.errors import UserError
from recordpick.index.build.background import BackgroundHasher


def test_the_digest_is_that_of_the_whole_file(tmp_path):
    """Of more than one piece; asked for twice it is found out once."""
    path = tmp_path / "a.csv"
    content = b"0123456789" * 300_000
    path.write_bytes(content)
    with BackgroundHasher() as digests:
        digests.ask(path)
        digests.ask(path)
        assert digests.of(path) == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_gone_is_reported_in_a_sentence(tmp_path):
    """Not where it is asked for, but where the answer is needed."""
    path = tmp_path / "gone.csv"
    with BackgroundHasher() as digests:
        digests.ask(path)
        with pytest.raises(UserError, match="gone.csv: cannot be read"):
            digests.of(path)
