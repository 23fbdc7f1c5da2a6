"""Links outside of entries in the outputs: named by their kind, shown literally, with their location."""

import json
from pathlib import Path

import pytest

from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.catalog import keys_of
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.report import Report
from tests.builders import finding, rendered, report
from tests.reliability.harmless_html import Harmless

_TEXT = """\
# My | list

See [the *site*](https://a.example/p) and [nothing](#nowhere), [a file](details).

> quoted [q](https://a.example/q)

## [Heading](https://a.example/h)

- [Tool](https://a.example/tool)
- [Same](https://a.example/p)
"""


def _report(verdict: Verdict) -> Report:
    catalog = read_markdown(_TEXT, Path("README.md"))
    return report(catalogs=(catalog,), findings={url: finding(url, verdict) for url in keys_of([catalog])})


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return rendered(_report(Verdict.DEAD))


def test_dead_links_md_names_their_kinds(files: dict[str, str]) -> None:
    made = files["dead-links.md"]
    assert "- `#nowhere`\n" in made
    assert "- `details`\n" in made
    assert "<details>" not in made
    assert "`README.md:3:53`: a link to a heading, in My \\| list" in made
    assert "`README.md:7:14`: a link in a heading, in Heading" in made
    assert "Correct the name of the heading or file" in made
    once = made.partition("<https://a.example/p>")[2].partition("\n- ")[0]
    assert "a link in the text" in once
    assert "Same, in Heading" in once


def test_every_output_counts_them(files: dict[str, str]) -> None:
    assert len(json.loads(files["dead-links.json"])["findings"]) == 6
    assert 'tests="7" failures="7"' in files["junit.xml"]
    assert 'classname=""' not in files["junit.xml"]
    [run] = json.loads(files["report.sarif"])["runs"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert {"startLine": 7, "startColumn": 14} in regions
    assert len(regions) == 7


def test_link_above_the_sections_names_its_own_list() -> None:
    catalogs = (
        read_markdown(_TEXT, Path("README.md")),
        read_markdown("# Other\n\n<https://b.example>\n", Path("b.md")),
    )
    findings = {url: finding(url, Verdict.DEAD) for url in keys_of(catalogs)}
    made = rendered(report(catalogs=catalogs, findings=findings))
    assert "`b.md:3:2`: a link in the text, in Other" in made["dead-links.md"]
    assert 'classname="Other" name="a link in the text: https://b.example"' in made["junit.xml"]


def test_page_shows_them(files: dict[str, str]) -> None:
    html = files["index.html"]
    assert "a link in a quotation" in html
    assert "#nowhere" in html
    Harmless().feed(html)
