import tomllib

from tests.house.tree import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = SETTINGS["tool"]["importlinter"]["contracts"]


def modules(folder):
    """The modules and packages right inside a folder, by import name."""
    return {
        path.stem
        for path in (ROOT / folder).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }


def named(contract):
    """The modules that a contract of layers names."""
    return {
        name.strip(" ()")
        for layer in contract["layers"]
        for name in layer.replace("|", ":").split(":")
    }


def test_every_public_connector_is_kept_apart_from_the_others():
    (apart,) = (each for each in CONTRACTS if each.get("containers") == ["connectors"])
    public = {name for name in modules("connectors") if not name.startswith("_")}

    assert public <= named(apart)


def test_every_room_of_the_core_stands_on_a_floor():
    floors = [named(each) for each in CONTRACTS if each.get("containers") == ["provisor"]]
    rooms = {name for name in modules("provisor") if not name.startswith("_")}

    assert rooms <= set().union(*floors)


def test_every_entry_point_names_a_public_connector():
    entries = SETTINGS["project"]["entry-points"]["provisor.connectors"]

    assert {path.split(":")[0].removeprefix("connectors.") for path in entries.values()} <= modules(
        "connectors"
    )
