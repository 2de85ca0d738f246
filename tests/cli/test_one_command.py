"""The command that is called is made ready alone, and is the one that the whole program has."""

import pytest
import typer.main

from provisor.cli.app import app, asked
from provisor.cli.boundary import main


def test_a_command_alone_has_the_parameters_that_it_has_among_all():
    whole = typer.main.get_group(app)

    for name, command in whole.commands.items():
        alone = typer.main.get_group(asked(name))
        assert set(alone.commands) == {name}
        assert [one.opts for one in alone.params] == [one.opts for one in whole.params]
        found = alone.commands[name]
        assert [one.opts for one in found.params] == [one.opts for one in command.params]
        assert set(getattr(found, "commands", ())) == set(getattr(command, "commands", ()))
        assert found.help == command.help


@pytest.mark.parametrize("words", [["--help"], ["--config", "plan", "--help"]])
def test_whoever_calls_no_command_is_shown_all_of_them(words, capsys):
    with pytest.raises(SystemExit):
        main(words)

    shown = capsys.readouterr().out
    assert all(name in shown for name in ("plan", "approve", "audit"))
