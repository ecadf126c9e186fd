"""Whose files are whose: folders of athletes, of platforms, of years, and files that lie loose."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.athlete import DEFAULT_ID, default_athlete
from pipeline.daily.drop_folder import Division, division, is_name
from pipeline.errors import SettingsError
from pipeline.lake import Lake
from pipeline.places import Place
from pipeline.schema import TABLES


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


def drop(exports: Path, *files: str) -> None:
    for file in files:
        path = exports / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def lakes(exports: Path, *ids: str, read: str = "/elsewhere/run.fit") -> dict[str, Lake]:
    """Lakes of athletes who have had one file read."""
    found = {one: Lake(exports.parent / "lake", one) for one in ids}
    for lake in found.values():
        row = {column.name: None for column in TABLES["files"]}
        row |= {"athlete_id": lake.athlete_id, "path": read, "digest": "d", "outcome": "imported"}
        lake.land({"files": pa.Table.from_pylist([row], TABLES["files"])})
    return found


def shares(found: Division) -> dict[str, list[str]]:
    return {
        share.athlete_id: [source.name for source in share.sources if isinstance(source, Path)]
        for share in found.shares
    }


# --- the first run


def test_folders_with_names_are_athletes_where_nobody_is_known_and_that_is_said(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit", ".DS_Store", "Thumbs.db")
    found = division(exports, {}, [], None, [])
    assert shares(found) == {"ann": ["ann"], "bob": ["bob"]}
    assert "ann, bob" in found.said[0]
    assert "--athlete me" in found.said[0]


@pytest.mark.parametrize(
    "files",
    [
        ["garmin/run.fit", "strava/run.fit"],
        ["ann/run.fit", "strava/run.fit"],
        ["2023/run.fit", "2024/run.fit"],
        ["2023-05/run.fit", "may-2024/run.fit"],
        ["01/run.fit", "02/run.fit"],
        ["DI_CONNECT/run.fit", "customer_data/a.json"],
        ["activities/run.fit", "media/a.jpg"],
        ["export_123/run.fit", "export_124/run.fit"],
        ["ann/run.fit"],
        ["ann/run.fit", "bob/run.fit", "loose.fit"],
        ["ann/run.fit", "bob/run.fit", "journal.csv"],
        [],
    ],
    ids=" ".join,
)
def test_anything_else_is_one_runners_where_nobody_is_known(exports: Path, files: list[str]):
    drop(exports, *files)
    found = division(exports, {}, [], None, [])
    assert (shares(found), found.said) == ({"me": ["exports"]}, ())
    assert found.shares[0].without == ()


def test_an_empty_folder_makes_no_squad(exports: Path):
    drop(exports, "ann/run.fit")
    (exports / "bob").mkdir()
    assert shares(division(exports, {}, [], None, [])) == {"me": ["exports"]}


def test_folders_with_names_that_are_no_ids_are_one_runners_and_that_is_said(exports: Path):
    drop(exports, "Ann Smith/run.fit", "Bob Jones/run.fit")
    found = division(exports, {}, [], None, [])
    assert shares(found) == {"me": ["exports"]}
    assert "one runner's" in found.said[0]


def test_who_names_me_has_all_of_it_as_one(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit")
    found = division(exports, {}, [], "me", [])
    assert (shares(found), found.shares[0].without, found.said) == ({"me": ["exports"]}, (), ())


@pytest.mark.parametrize("name", ["ann", "Ann", "a.b-c_d", "runner1", "april", "june", "jan", "athlete-1"])
def test_a_name_may_be_an_athletes(name: str):
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "GARMIN",
        "garmin-fenix",
        "2024",
        "24-05-01",
        "Spring 2024",
        "1999ann",
        "fit",
        "old",
        "week12",
        "a b",
        "con",
    ],
)
def test_a_name_of_a_platform_a_day_or_a_heap_is_nobodys(name: str):
    assert not is_name(name)


# --- where somebody is known


def test_known_athletes_have_their_folders_and_me_the_rest(exports: Path):
    drop(exports, "ann/run.fit", "garmin/run.fit", "loose.fit")
    found = division(exports, lakes(exports, "ann", "me"), [], None, [])
    assert shares(found) == {"ann": ["ann"], "me": ["exports"]}
    assert found.shares[1].without == (exports / "ann",)
    assert found.said == ()


def test_a_file_of_settings_makes_an_athlete_known(exports: Path):
    drop(exports, "ann/run.fit", "loose.fit")
    assert shares(division(exports, {}, ["ann"], None, [])) == {"ann": ["ann"], "me": ["exports"]}


def test_who_was_told_apart_before_and_has_nothing_in_the_folder_takes_part_with_nothing(exports: Path):
    drop(exports, "ann/run.fit")
    assert shares(division(exports, lakes(exports, "ann", "bob"), [], None, [])) == {
        "ann": ["ann"],
        "bob": [],
    }


def test_a_new_folder_beside_those_of_athletes_is_a_new_athlete_and_that_is_said(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit", "cara/run.fit")
    found = division(exports, lakes(exports, "ann", "bob"), [], None, [])
    assert shares(found) == {"ann": ["ann"], "bob": ["bob"], "cara": ["cara"]}
    (said,) = found.said
    assert said.startswith("cara is new: ")
    assert "cara-files" in said


def test_a_new_folder_of_me_alone_stays_mine(exports: Path):
    drop(exports, "cara/run.fit")
    found = division(exports, lakes(exports, "me"), [], None, [])
    assert (shares(found), found.said) == ({"me": ["exports"]}, ())


def test_a_folder_of_which_i_have_read_before_stays_mine(exports: Path):
    drop(exports, "ann/run.fit", "hills/run.fit")
    read = lakes(exports, "ann") | lakes(exports, "me", read=str(exports / "hills" / "run.fit"))
    assert shares(division(exports, read, [], None, [])) == {"ann": ["ann"], "me": ["exports"]}


def test_a_heap_beside_named_athletes_is_mine_and_that_is_said(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit", "garmin/run.fit")
    found = division(exports, lakes(exports, "ann", "bob"), [], None, [])
    assert shares(found) == {"ann": ["ann"], "bob": ["bob"], "me": ["exports"]}
    assert "taken as me's" in found.said[0]


def test_the_only_athlete_there_is_has_all_that_is_in_no_folder_of_a_name(exports: Path):
    drop(exports, "garmin/run.fit", "loose.fit", "bob/run.fit")
    found = division(exports, lakes(exports, "ann"), [], None, [])
    assert shares(found) == {"ann": ["exports"], "bob": ["bob"]}
    assert found.shares[0].without == (exports / "bob",)


def test_who_is_named_has_the_folder_of_that_name_or_all_that_is_in_nobody_elses(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit")
    known = lakes(exports, "ann", "bob")
    assert shares(division(exports, known, [], "ann", [])) == {"ann": ["ann"]}
    for one in ("me", "cara"):
        (share,) = division(exports, known, [], one, []).shares
        assert (share.sources, share.without) == ((exports,), (exports / "ann", exports / "bob"))


# --- sources that are named


def test_a_source_in_somebodys_folder_is_that_athletes(exports: Path):
    drop(exports, "ann/run.fit", "bob/old/run.fit", "loose.fit")
    known = lakes(exports, "ann", "bob", "me")
    asked = [exports / "bob" / "old", exports / "ann" / "run.fit", exports / "loose.fit"]
    assert shares(division(exports, known, [], None, asked)) == {
        "bob": ["old"],
        "ann": ["run.fit"],
        "me": ["loose.fit"],
    }


def test_who_is_named_with_a_folder_of_all_has_nothing_of_others_in_it(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit", "loose.fit")
    known = lakes(exports, "ann", "bob")
    (share,) = division(exports, known, [], "ann", [exports]).shares
    assert (share.sources, share.without) == ((exports,), (exports / "bob",))
    (share,) = division(exports, known, [], "ann", [exports / "bob" / "run.fit"]).shares
    assert (share.sources, share.without) == ((exports / "bob" / "run.fit",), ())


def test_the_drop_folder_as_a_source_is_that_of_all(exports: Path):
    drop(exports, "ann/run.fit", "bob/run.fit")
    assert shares(division(exports, {}, [], None, [exports])) == {"ann": ["ann"], "bob": ["bob"]}


def test_a_source_of_nobody_in_particular_needs_a_name_where_there_are_several(exports: Path, tmp_path: Path):
    with pytest.raises(SettingsError, match="--athlete with one of ann, bob"):
        division(exports, lakes(exports, "ann", "bob"), [], None, [tmp_path])
    assert shares(division(exports, lakes(exports, "ann", "bob"), [], "bob", [tmp_path])) == {
        "bob": [tmp_path.name]
    }


@pytest.mark.usefixtures("s3")
def test_an_address_is_in_nobodys_folder(exports: Path):
    drop(exports, "ann/run.fit")
    away = Place.of("s3://exports/ann")
    with pytest.raises(SettingsError, match="--athlete with one of ann, bob"):
        division(exports, lakes(exports, "ann", "bob"), [], None, [away])
    (share,) = division(exports, lakes(exports, "ann"), [], None, [exports / "ann", away]).shares
    assert (share.athlete_id, share.sources) == ("ann", (exports / "ann", away))


def test_without_a_name_it_is_me_or_the_only_one_there_is():
    assert default_athlete([]) == DEFAULT_ID
    assert default_athlete(["ann", "me"]) == DEFAULT_ID
    assert default_athlete(["ann"]) == "ann"
    with pytest.raises(SettingsError, match="ann, bob"):
        default_athlete(["bob", "ann"])
