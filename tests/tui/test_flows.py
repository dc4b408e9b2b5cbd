"""What a person starts from the picking screen is found by its name, when it is started."""

import inspect
import re
import subprocess
import sys

import pytest

from recordpick.tui.flows.registry import FLOWS, NEED_ALL_MATCHES, load_flow
from recordpick.tui.screens.picking import PickingScreen


def test_every_key_and_command_has_its_flow_and_no_flow_is_without():
    """A key whose flow has another name would end the app."""
    bindings = [*PickingScreen.BINDINGS, *PickingScreen.COMMANDS_WITHOUT_KEY]
    found = (re.fullmatch(r"flow\('(\w+)'\)", binding.action) for binding in bindings)
    assert {one[1] for one in found if one} == set(FLOWS)
    assert set(FLOWS) >= NEED_ALL_MATCHES


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_an_async_function_of_screen_and_session(name):
    """As the screen calls it."""
    flow = load_flow(name)
    assert inspect.iscoroutinefunction(flow)
    inspect.signature(flow).bind("screen", "session")


def test_a_file_is_on_the_screen_before_any_flow_is_loaded():
    """Suggesting, exporting and comparing are not needed to see the patients."""
    code = (
        "import sys\n"
        "import recordpick.tui.session, recordpick.tui.opening, recordpick.tui.screens.picking\n"
        "flows = {n for n in sys.modules if n.startswith('recordpick.tui.flows.')}\n"
        "sys.exit(flows != {'recordpick.tui.flows.registry'})"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
