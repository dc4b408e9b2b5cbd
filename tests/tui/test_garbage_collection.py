"""What is loaded is not gone through for garbage while somebody works, yet nothing is hoarded."""

import gc
import subprocess
import sys

import pytest
from driving import app_on, using

from recordpick.tui.garbage_collection import collected_later


@pytest.fixture(autouse=True)
def collector():
    """Leave the collector as the tests after these need it."""
    yield
    gc.enable()
    gc.freeze()


OPENED_TWICE = """
import gc, weakref
from recordpick.tui.garbage_collection import collected_later

class Screen:
    def __init__(self):
        self.own = self

with collected_later():
    screen = Screen()
gone = weakref.ref(screen)
del screen
gc.collect()
print(gc.get_freeze_count() > 0, gone() is None)
with collected_later():
    pass
print(gone() is None)
"""


def test_a_file_that_was_closed_is_let_go_when_the_next_is_opened():
    """What is loaded is set aside; what is no longer used goes when the next is loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", OPENED_TWICE], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["True False", "True"]


def test_garbage_is_collected_again_once_a_file_is_open_or_cannot_be_opened():
    """Whatever happens while it loads: a day's work would otherwise fill the memory."""
    with collected_later():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="damaged"), collected_later():
        raise ValueError("damaged")
    assert gc.isenabled()


@pytest.mark.parametrize("has_file", [False, True])
async def test_the_app_collects_garbage_again_once_it_is_there(demo, has_file):
    """The command turns it off before it loads the app."""
    gc.disable()
    async with using(app_on(demo / "demonstration.recordpick" if has_file else None)):
        assert gc.isenabled()
