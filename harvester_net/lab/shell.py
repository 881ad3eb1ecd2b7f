"""A shell in which pulumi and kubectl mean one lab, and nothing else of the user's changes."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from harvester_net.lab import places, pulumi_settings
from harvester_net.lab.handle import Lab


def variables(lab: Lab) -> dict[str, str]:
    """The environment variables that make the difference."""
    return {
        "KUBECONFIG": str(lab.kubeconfig),
        "PATH": pulumi_settings.search_path(),
    } | pulumi_settings.settings(lab.directory / "pulumi")


def exports(values: Mapping[str, str]) -> str:
    """Lines that a shell can read."""
    return "".join(f"export {name}={shlex.quote(text)}\n" for name, text in values.items())


def run(lab: Lab, values: Mapping[str, str]) -> None:
    """Runs the user's shell, with these variables, until it ends."""
    command, more = _command(lab, values)
    foreground(command, os.environ | values | more)


def foreground(
    command: list[str], environment: Mapping[str, str], directory: Path | None = None
) -> int:
    """Runs a command that has the terminal, ^C included; its exit code."""
    child = subprocess.Popen(command, env=environment, cwd=directory)
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, previous)


def _command(lab: Lab, values: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The shell, and what its environment needs beside the values.

    The user's own start-up file comes first, and may put its own programs before ours on PATH;
    so the values are set again after it, and the prompt tells where one is.
    """
    shell = os.environ.get("SHELL") or "/bin/sh"
    folder = places.private(lab.directory / "shell")
    prompt = f"(lab {lab.name}) "
    match Path(shell).name:
        case "bash":
            ours = f"{exports(values)}PS1={shlex.quote(prompt)}$PS1\n"
            file = _written(folder / "bashrc", "[ -f ~/.bashrc ] && . ~/.bashrc\n" + ours)
            return [shell, "--rcfile", str(file)], {}
        case "zsh":
            theirs = os.environ.get("ZDOTDIR", str(Path.home()))
            ours = f"{exports(values)}PROMPT={shlex.quote(prompt)}$PROMPT\n"
            rest = (
                f"ZDOTDIR={shlex.quote(theirs)}\n[ -f $ZDOTDIR/.zshrc ] && . $ZDOTDIR/.zshrc\n"
            )
            _written(folder / ".zshrc", rest + ours)
            return [shell], {"ZDOTDIR": str(folder)}
    return [shell], {"PS1": f"{prompt}$ "}


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file
