"""The guide's section "Without the app": every command in it works, in the order of the page."""

import re
import shlex
import shutil

from pages import DOCS

from recordpick.cli.main import main
from recordpick.resources import general_practice_pack
from recordpick.selection.working_file import WorkingFile

SECTION = (DOCS / "guide.md").read_text(encoding="utf-8").partition("\n## Without the app\n")[2]
COMMANDS = re.findall(r"^    (recordpick .*)$", SECTION.partition("\n## ")[0], re.MULTILINE)
TASKS = (
    *("index", "new", "status", "match", "explain", "record", "find", "pick", "unpick", "undo"),
    *("redo", "note", "picks", "close", "reopen", "suggest", "draw", "replace", "history"),
    *("reports", "export", "hand-over", "rematch", "issues"),
)


def test_every_task_of_the_guide_has_its_command():
    """Each thing that the guide does in the app can be done without it."""
    assert set(TASKS) == {command.split()[1] for command in COMMANDS}


def test_the_commands_of_the_section_work(made_demo, tmp_path, monkeypatch, capsys):
    """Somebody who types them one after the other gets from the export to the newer extract."""
    monkeypatch.chdir(tmp_path)
    for name in ("export", "newer-export"):
        shutil.copytree(made_demo / "practice", name)
    pack = general_practice_pack()
    shutil.copytree(pack.parent, tmp_path, dirs_exist_ok=True)
    shutil.copy(pack, "supplier.toml")
    numbers = {}
    for command in COMMANDS:
        _, *words = shlex.split(command)
        if words[0] == "explain" and not numbers:
            assert main(["match", words[1], "--criterion", words[2]]) == 0
            found = re.findall(r"^(\S+)\t", capsys.readouterr().out, re.MULTILINE)
            numbers = dict(zip(("100482", "100511"), found, strict=False))
            (tmp_path / "list.csv").write_text(f"NHS Number\n{found[2]}\n", encoding="utf-8")
        if words[0] == "replace":
            with WorkingFile.open(tmp_path / words[1], read_only=True) as file:
                numbers["100713"] = file.selection.random()[0].patient_id
        assert main([numbers.get(word, word) for word in words]) == 0, command
        printed = capsys.readouterr()
        assert printed.out, command
        assert "\x1b" not in printed.out + printed.err
    with WorkingFile.open(tmp_path / "our-practice.recordpick", read_only=True) as file:
        selection = file.selection
    assert numbers["100713"] not in {pick.patient_id for pick in selection.random()}
    assert {numbers["100482"]} <= {pick.patient_id for pick in selection.of("DEM-04")}
    assert selection.notes == {numbers["100482"]: "Ask Dr Patel first"}
    assert len(selection.exports) == 1
