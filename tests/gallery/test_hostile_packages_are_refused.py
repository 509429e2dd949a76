"""Files that mean harm get one clear error after little work, take no memory, and nothing is written."""

import tracemalloc

import pytest

from formloom.builders.gallery import archive, exchange
from formloom.builders.gallery.errors import PackageTooLarge, PackageUnreadable
from tests.effort import cpu_s

from .hostile import CORPUS, honest, zipped


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", CORPUS)
def test_it_is_refused_quickly_and_without_filling_the_memory(name: str) -> None:
    raw = CORPUS[name]()
    tracemalloc.start()
    with pytest.raises((PackageUnreadable, PackageTooLarge)) as refused:
        exchange.read_upload(raw)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64_000_000
    assert not {"{why}", "{part}", "{what}", "{limit}"} & set(refused.value.words("en").split())
    assert cpu_s(lambda: _refused(raw)) < 1


def _refused(raw: bytes) -> None:
    with pytest.raises((PackageUnreadable, PackageTooLarge)):
        exchange.read_upload(raw)


def test_a_file_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(PackageTooLarge):
        archive.read_archive(bytes(archive.MAX_ZIP_BYTES + 1))


def test_the_same_file_without_harm_is_taken() -> None:
    assert exchange.read_upload(zipped(honest())).slug == "guest"


def test_folders_in_the_file_are_no_harm() -> None:
    assert exchange.read_upload(zipped({"definitions/": b"", **honest()})).slug == "guest"
