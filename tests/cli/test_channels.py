"""Whoever reads the output, or does not, changes nothing of what a command says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROVISOR = (sys.executable, "-c", "from provisor.cli import main; main()")


def code_of(folder: Path, *words: str, stdout: int, stderr: int = subprocess.DEVNULL) -> int:
    command = (*PROVISOR, "--config", str(folder / "provisor.yaml"), "--as", "ann", *words)
    return subprocess.run(command, stdout=stdout, stderr=stderr, check=False).returncode


def unread_pipe() -> int:
    """The writing end of a pipe whose reader went away."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def test_a_reader_that_went_away_changes_no_exit_code(shell):
    pipe = unread_pipe()
    waits = code_of(shell.folder, "plan", "hr-to-app", stdout=pipe)
    wrong = code_of(shell.folder, "plan", "hr-to-ap", stdout=pipe, stderr=pipe)
    os.close(pipe)

    assert (waits, wrong) == (4, 2)


def test_a_command_without_channels_does_its_work(shell):
    line = f'exec "$@" --config {shell.folder / "provisor.yaml"} --as ann plan hr-to-app >&- 2>&-'
    ended = subprocess.run(["/bin/sh", "-c", line, "sh", *PROVISOR], check=False)

    assert ended.returncode == 4
    assert shell("show", "latest", "--json").code == 0
