"""Files of the project outside the code: workflows, lock file, issue forms, hooks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import dev
from tests.parts import ROOT
from tests.test_packaging import PROJECT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = re.findall(r"^([\w.-]+)==(\S+)", LOCK, flags=re.MULTILINE)


def read(path: Path) -> Any:
    # YAML 1.1 reads the key `on` as a truth value
    return yaml.safe_load(re.sub(r"^on:", '"on":', path.read_text(encoding="utf-8"), flags=re.MULTILINE))


def list_runs(workflow: Path) -> list[str]:
    jobs = read(workflow)["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_commands_and_files_that_exist(workflow: Path) -> None:
    runs = "\n".join(list_runs(workflow))
    assert set(re.findall(r"python dev\.py (\w+)", runs)) <= set(dev.COMMANDS)
    scripts = [f"{name.replace('.', '/')}.py" for name in re.findall(r"python -m (tools\.\w+)", runs)]
    scripts += re.findall(r"\b((?:benchmarks|tools)/\w+\.py)", runs)
    assert [name for name in scripts if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_by_default(workflow: Path) -> None:
    assert read(workflow)["permissions"] == {"contents": "read"}


def test_the_suite_runs_on_every_system_and_every_python_that_is_declared() -> None:
    matrix = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]["suite"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "windows", "macos"}
    declared = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert matrix["python"] == declared
    assert PROJECT["project"]["requires-python"] == f">={declared[0]}"


def test_a_release_is_published_without_a_token() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_an_issue_form_asks_for_something_and_names_its_fields_once(form: Path) -> None:
    content = read(form)
    assert content["name"]
    assert content["description"]
    fields = [part for part in content["body"] if part["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def list_requirements() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra), *dev.group("dev")]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("wanted", list_requirements(), ids=str)
def test_the_lock_file_has_a_version_of_everything_that_is_declared(wanted: Requirement) -> None:
    """If this fails, run the command at the top of requirements.lock."""
    versions = [version for name, version in LOCKED if name.lower().replace("_", "-") == wanted.name.lower()]
    assert versions
    assert all(wanted.specifier.contains(Version(version)) for version in versions)


def test_the_lock_file_names_no_host() -> None:
    """Packages are installed from the index that is configured on the user's machine."""
    assert "://" not in LOCK
    assert "--hash=sha256:" in LOCK


def test_the_hooks_run_the_same_checks_as_dev_py() -> None:
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert set(dev.CHECKS) <= {hook["id"] for hook in hooks}
