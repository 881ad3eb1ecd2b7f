"""`pulumi new` of the templates whose programs run here, and the first preview of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import Lab

from .stack import Stack
from .test_yaml import YamlStack

TEMPLATES = Path(__file__).parents[2] / "templates"
SETTINGS = ("clusterNetwork=cn-data", "mtu=1500", "nics=eno2,eno3", "vlan=100")


class FromTemplate(YamlStack):
    """A stack of a project as `pulumi new` makes it."""

    def __init__(self, template: str, directory: Path, lab: Lab) -> None:
        self.template = TEMPLATES / template
        super().__init__(directory, lab)

    def prepare(self) -> None:
        super().prepare()
        made = ("new", str(self.template), "--generate-only", "--force", "--yes")
        self.run(*made, "--name", "networks", "--description", "Networks").succeeded()

    def program(self, *resources: object) -> Stack:
        return self


@pytest.mark.parametrize("template", ["harvester-python", "harvester-yaml"])
def test_project_of_a_template_previews(template: str, tmp_path: Path, lab: Lab) -> None:
    stack = FromTemplate(template, tmp_path / "project", lab)
    config = [word for setting in SETTINGS for word in ("--plaintext", setting)]
    stack.run("config", "set-all", *config).succeeded()
    assert stack.preview().succeeded().counts == {"create": 4}
