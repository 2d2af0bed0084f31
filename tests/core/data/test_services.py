"""One person's export is told by its columns, and other rating files are not taken for one."""

import pytest

from core.data.services import SERVICES, whose_export

EXPORTS = {
    "Letterboxd": "Date,Name,Year,Letterboxd URI,Rating",
    "IMDb": "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres",
    "Goodreads": "Book Id,Title,Author,Author l-f,ISBN,My Rating,Average Rating,Year Published,"
    "Original Publication Year,Date Read",
}
OTHERS = ["userId,movieId,rating,timestamp", "Name,Year,Rating", "Title,Year,Your Rating", "Book Id,Title,Author", ""]


@pytest.mark.parametrize(("service", "header"), EXPORTS.items())
def test_an_export_is_told_by_its_columns(service: str, header: str) -> None:
    assert whose_export(header.split(",")) == service
    assert whose_export([f" {name.upper()} " for name in header.split(",")]) == service


@pytest.mark.parametrize("header", OTHERS)
def test_other_files_are_nobodys_export(header: str) -> None:
    assert whose_export(header.split(",")) == ""


def test_every_service_names_columns_that_its_file_has() -> None:
    for service in SERVICES:
        columns = EXPORTS[service.name].split(",")
        assert {service.title, service.year, service.rating, *service.signature} <= set(columns)
        assert service.other_year in ("", *columns)
