"""People's own data in a real browser: a wrong delimiter mended, titles shown everywhere and executed nowhere."""

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.shell import frame
from tests.browser.conftest import DESK, PHONE, Server
from tests.browser.waiting import settled, visit

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "**bold** $x^2$ [press](javascript:document.title='owned') %{y} :material/home: :red[red]",
    "http://evil.example/a www.evil.example b@evil.example ![pic](http://evil.example/b.png)",
    "<a href=\"javascript:document.title='owned'\">press</a> </script><svg onload=document.title='owned'>",
)
TITLES = (*HOSTILE, "Dune", "Emma", "Ulysses", "Middlemarch", "Beloved", "Persuasion", "Dracula", "Walden")
NAME = "My **books** <b>here</b> [x](javascript:1)"
MADE_OF_TITLES = (
    "[onerror], [onload], a[href^='javascript' i], a[href*='evil.example'], img[src*='evil.example'], img[src='x']"
)
"""What would be on a page if a title were read as markup."""

HOSTILE_POINTS = """figure => {
    const box = figure.getBoundingClientRect();
    const places = [0.3, 0.5, 0.7].map(part => [box.x + box.width * part, box.y + box.height / 2]);
    for (const {text, x, y, xaxis, yaxis} of figure._fullData) {
        const across = figure._fullLayout[xaxis?.replace("x", "xaxis")];
        const up = figure._fullLayout[yaxis?.replace("y", "yaxis")];
        if (!across || !up || !Array.isArray(text)) continue;
        text.forEach((said, place) => {
            if (!/owned|evil|press/.test(said)) return;
            const at = [box.x + across._offset + across.d2p(x[place]), box.y + up._offset + up.d2p(y[place])];
            if (at.every(Number.isFinite)) places.push(at);
        });
    }
    return places.slice(0, 12);
}"""
"""Where on the screen the middle of a chart is, and its points that stand for something with a hostile title."""

PAGES = [name for pages in frame.PAGES.values() for name, _, _ in pages if name != "start"]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Ratings of books from 1 to 10 and the books themselves, between semicolons; two rows are unusable."""
    rng = random.Random(0)
    rows = ["reader;isbn;score;day"]
    rows += [
        f"r{reader};{book:03d};{rng.randint(1, 10)};2020-01-{reader % 28 + 1:02d}"
        for reader in range(40)
        for book in range(len(TITLES))
        if rng.random() < 0.7
    ]
    rows += ["r1;000;;2020-01-01", "r1;000;lots;2020-01-01"]
    ratings, books = tmp_path / "scores.csv", tmp_path / "books.csv"
    ratings.write_text("\n".join(rows) + "\n", encoding="utf-8")
    quoted = (title.replace('"', '""') for title in TITLES)
    lines = [f'{number:03d};"{title}";fiction|old;19{number + 10}' for number, title in enumerate(quoted)]
    books.write_text("\n".join(["isbn;title;tags;year", *lines]) + "\n", encoding="utf-8")
    return [ratings, books]


def alarms(page: Page) -> list[str]:
    """Fills with what must not happen: dialogs, and requests to where a title points."""
    found: list[str] = []
    page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: found.append(request.url) if "evil.example" in request.url else None)
    return found


def bring(page: Page, files: list[Path]) -> None:
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)


def choose(page: Page, label: str, option: str) -> None:
    settled(page)
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option.split(maxsplit=1)[0])
    page.get_by_role("option", name=option, exact=True).click()


@pytest.mark.thorough
def test_own_data_with_hostile_titles_from_upload_to_components(server: Server, page: Page, files: list[Path]):
    alarm = alarms(page)
    page.goto(f"{server.url}/datasets?section=Bring+your+own")
    bring(page, files[:1])
    expect(page.get_by_text("Recognized as rating table")).to_be_visible()

    page.get_by_text("How it is read").click()
    choose(page, "Columns are divided at", "Comma ,")
    expect(page.get_by_text("The file does not fall into columns")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Divide at Semicolon ;").click()
    expect(page.get_by_text("Recognized as rating table")).to_be_visible()

    page.get_by_role("button", name="Choose other files").click()
    expect(page.get_by_text("A table with one row a rating")).to_be_visible()
    bring(page, files)
    expect(page.get_by_text("first rows of books.csv")).to_be_visible()
    expect(page.get_by_role("textbox", name="One thing that is rated is a")).to_have_value("book")
    expect(page.get_by_role("spinbutton", name="Lowest rating possible")).to_have_value("1")
    expect(page.get_by_role("spinbutton", name="Highest rating possible")).to_have_value("10")
    page.get_by_role("textbox", name="Name of the data").fill(NAME)
    page.get_by_role("textbox", name="Name of the data").press("Enter")
    settled(page)
    page.get_by_role("button", name="Import", exact=True).click()

    done = page.get_by_test_id("stAlert").filter(has_text="is here")
    expect(done).to_contain_text("gave to 12 books, from 1 to 10", timeout=120_000)
    expect(done).to_contain_text("2 rows left out as unusable")
    expect(done).to_contain_text(NAME.replace("(javascript:1)", ""))
    expect(page.get_by_test_id("stSidebar").get_by_text("Data: My **books**")).to_be_visible()

    own = page.url.partition("dataset=")[2].partition("&")[0]
    page.goto(f"{server.url}/train?dataset={own}&embedding_dim=4&epochs=2&batch_size=64")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Open the components")).to_be_visible(timeout=180_000)
    for name in ["", *PAGES]:
        visit(page, server, f"{name}?dataset={own}")
        main = page.get_by_test_id("stMain")
        assert page.locator(MADE_OF_TITLES).count() == 0, name
        assert not re.search(r"\bmovies?\b", main.inner_text(), re.IGNORECASE), name
        assert "owned" not in page.title(), name
        hover_points(page)
        assert not alarm, name
    rename_and_delete(page, f"{server.url}/datasets?dataset={own}")
    assert not list((server.home / "datasets").glob("[!.]*"))
    assert not list((server.home / "runs").glob("[0-9a-f]*"))


def rename_and_delete(page: Page, url: str) -> None:
    """Another name and noun show at once; what depends on the data is said, and goes with it."""
    page.goto(url)
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Novels")
    dialog.get_by_role("textbox", name="One thing that is rated is a").fill("story")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name="Novels")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Stories")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Data: Novels")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("1 model learned from it")
    dialog.get_by_text("Delete these models too").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", name="MovieLens")).to_be_visible()


def hover_points(page: Page) -> None:
    """Move over the points of every chart whose title is hostile, and over its middle, so that hovers are drawn."""
    for chart in page.locator(".js-plotly-plot").all():
        chart.scroll_into_view_if_needed()
        for x, y in chart.evaluate(HOSTILE_POINTS):
            page.mouse.move(x, y)
    assert page.locator(MADE_OF_TITLES).count() == 0


def test_a_file_that_is_no_table_is_refused_in_words(server: Server, browsed: Page, tmp_path: Path):
    page = browsed
    visit(page, server, "datasets?section=Bring+your+own")
    place = tmp_path / "picture.csv"
    place.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    bring(page, [place])
    expect(page.get_by_text("This is no table of ratings (BAD_FORMAT)")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()


def test_a_download_without_a_network_says_so(server: Server, browsed: Page):
    page = browsed
    visit(page, server, "datasets?section=MovieLens+releases")
    download = page.get_by_role("button", name="Download and import")
    expect(download).to_be_disabled()
    page.get_by_text("I have read these conditions and accept them").click()
    expect(download).to_be_enabled()
    download.click()
    expect(page.get_by_text("The download did not succeed (DOWNLOAD_FAILED)")).to_be_visible(timeout=120_000)


def vectors(folder: Path, name: str, seed: int) -> list[Path]:
    """Forty words in two groups as vectors, and the table that says which group; the first word is hostile."""
    rng = random.Random(seed)
    words = [HOSTILE[0].replace(" ", "_"), *(f"word{number}" for number in range(1, 40))]
    lines = [
        " ".join([word, *(f"{rng.gauss(3 if number % 2 else -3, 1):.3f}" for _ in range(6))])
        for number, word in enumerate(words)
    ]
    table = ["word\tgroup", *(f"{word}\t{'odd' if number % 2 else 'even'}" for number, word in enumerate(words))]
    matrix, about = folder / f"{name}.vec", folder / f"{name}.tsv"
    matrix.write_text("\n".join(["40 6", *lines]) + "\n", encoding="utf-8")
    about.write_text("\n".join(table) + "\n", encoding="utf-8")
    return [matrix, about]


@pytest.mark.thorough
def test_vectors_from_elsewhere_are_dropped_previewed_named_and_compared(server: Server, page: Page, tmp_path: Path):
    alarm, opened = alarms(page), []
    for name, size in (("this-year", DESK), ("last-year", PHONE)):
        page.set_viewport_size(size)
        page.goto(f"{server.url}/datasets?section=Open+vectors")
        bring(page, vectors(tmp_path, name, len(opened)))
        expect(page.get_by_text("40 rows of 6 numbers")).to_be_visible()
        expect(page.get_by_text("belong to the vectors by their ids")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
        page.get_by_role("textbox", name="Name", exact=True).press("Enter")
        settled(page)
        page.get_by_role("button", name="Open them").click()
        expect(page.get_by_test_id("stAlert").filter(has_text="is here")).to_contain_text("40 words", timeout=120_000)
        settled(page)
        opened.append(re.search("run=([0-9a-f]{16})", page.url)[1])
        assert not re.search(r"\b(ratings?|movies?)\b", page.get_by_test_id("stAlert").first.inner_text())
    page.set_viewport_size(DESK)
    page.goto(f"{server.url}/maps?run={opened[0]}&maps=An+axis+of+your+own")
    pole = page.get_by_label("To (name of this pole)")
    pole.fill("strange")
    pole.press("Enter")
    expect(page.get_by_role("heading", name="Toward strange")).to_be_visible()
    page.get_by_role("button", name="Keep with this model").click()
    expect(page.get_by_role("button", name="Kept with this model")).to_be_disabled()
    page.goto(f"{server.url}/compare?run={opened[0]}&models={','.join(opened)}")
    expect(page.get_by_role("heading", name="Do A and B know the same?")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Linear CKA")).to_be_visible()
    settled(page)
    assert page.locator(MADE_OF_TITLES).count() == 0 and not alarm
    expect(page.get_by_test_id("stException")).to_have_count(0)
