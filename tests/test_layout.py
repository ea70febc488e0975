"""The folders, the import names and pyproject.toml say the same thing."""

import platform
import runpy
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUP = runpy.run_path(str(ROOT / "setup.py"))
FOLDER_OF: dict[str, str] = SETUP["mapped_folders"]()
PACKAGES: list[str] = SETUP["find_packages"]()
LAYERS = ["metadata", "rules", "engine", "api", "ui", "apps"]


def test_platform_is_the_standard_library_module() -> None:
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))


@pytest.mark.parametrize("folder", ["platform", "tests"])
def test_folders_that_must_not_be_packages(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_the_computed_packages_hold_every_layer() -> None:
    assert {f"fieldstone.{layer}" for layer in LAYERS} <= set(PACKAGES)


def test_every_folder_with_modules_is_a_package() -> None:
    bare = [
        module.relative_to(ROOT)
        for folder in FOLDER_OF.values()
        for module in (ROOT / folder).rglob("*.py")
        if "node_modules" not in module.parts and not (module.parent / "__init__.py").exists()
    ]
    assert bare == []


def test_applications_hold_no_python() -> None:
    assert [path.name for path in (ROOT / "apps").rglob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_package_is_imported_from_its_own_folder(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None
    top = max((top for top in FOLDER_OF if name.startswith(top)), key=len)
    folder = ROOT / FOLDER_OF[top] / Path(*name.removeprefix(top).strip(".").split("."))
    assert Path(spec.origin) == folder / "__init__.py"


@pytest.mark.parametrize("name", PACKAGES)
def test_static_tools_see_the_same_names(name: str) -> None:
    link = ROOT / "names" / Path(*name.split("."))
    assert link.is_dir(), f"names/ lacks {name}: run make setup"
    assert ROOT / "names" not in link.resolve().parents
