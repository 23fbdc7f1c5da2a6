"""Papers named by addresses, with traps from real lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.papers.addresses import (
    ArxivLink,
    DoiLink,
    paper_ids,
    parse_arxiv_link,
    parse_doi_link,
    parse_openreview_link,
    parse_s2_link,
)
from lmsys_enrich.papers.identifiers import (
    arxiv_id_of_doi,
    arxiv_year,
    doi_of_arxiv_id,
    normalize_arxiv_id,
    normalize_doi,
    split_version,
)

ARXIV = {
    "https://arxiv.org/abs/2201.12023": ArxivLink("2201.12023", None, "abs"),
    "http://www.arxiv.org/abs/2201.12023v3": ArxivLink("2201.12023", 3, "abs"),
    "https://arxiv.org/abs/2201.12023/": ArxivLink("2201.12023", None, "abs"),
    "https://arxiv.org/abs/2201.12023?context=cs.LG": ArxivLink("2201.12023", None, "abs"),
    "https://arxiv.org/pdf/2201.12023": ArxivLink("2201.12023", None, "pdf"),
    "https://arxiv.org/pdf/2201.12023v2.pdf": ArxivLink("2201.12023", 2, "pdf", ".pdf"),
    "https://arxiv.org/pdf/2201.12023?fbclid=IwAR0": ArxivLink("2201.12023", None, "pdf"),
    "https://arxiv.org/html/2201.12023v1": ArxivLink("2201.12023", 1, "html"),
    "https://export.arxiv.org/abs/1312.6114": ArxivLink("1312.6114", None, "abs"),
    "https://browse.arxiv.org/pdf/2201.12023.pdf": ArxivLink("2201.12023", None, "pdf", ".pdf"),
    "https://arxiv.org/abs/math.GT/0309136": ArxivLink("math/0309136", None, "abs"),
    "https://arxiv.org/abs/hep-th/9901001v2": ArxivLink("hep-th/9901001", 2, "abs"),
    "https://arxiv.org/abs/math%2F0309136": ArxivLink("math/0309136", None, "abs"),
    "https://arxiv.org/pdf/cs/0112019.pdf": ArxivLink("cs/0112019", None, "pdf", ".pdf"),
    "https://arxiv.org/e-print/2201.12023": ArxivLink("2201.12023", None, "e-print"),
    "https://arxiv.org/abs/2101.00001.pdf": ArxivLink("2101.00001", None, "abs", ".pdf"),
}


@pytest.mark.parametrize("url", ARXIV)
def test_address_names_paper_at_arxiv(url: str) -> None:
    assert parse_arxiv_link(url) == ARXIV[url]


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2101.00001mini",
        "https://arxiv.org/ftp/arxiv/papers/2101/2101.00001.pdf",
        "https://arxiv.org/html/2101.00001v1/x5.png",
        "https://arxiv.org/help/api",
        "https://arxiv.org/list/cs.LG/recent",
        "https://arxiv.org/abs/0112019",  # an old number without its archive: malformed
        "https://arxiv.org/abs/2113.00001",  # there is no 13th month
        "https://arxiv.org/abs/1501.0001",  # five digits since 2015
        "https://arxiv.org/abs/1412.00001",
        "https://arxiv.org/abs/0703.0001",  # the new form began in April 2007
        "https://arxiv.org/abs/9912.12345",  # the nineties had the old form
        "https://arxiv.org/abs/nosuch/0309136",
        "https://arxiv.org/abs/2201.12023v0",
        "https://arxiv.org/abs/",
        "https://arxiv.org/",
        "https://arxiv.org:8443/abs/2201.12023",
        "https://arxiv.org.example.org/abs/2201.12023",
        "https://example.org/abs/2201.12023",
        "https://doi.org/10.48550/arXiv.2201.12023",
        "ftp://arxiv.org/abs/2201.12023",
        "https://arxiv.org/abs/٢٢٠١.١٢٠٢٣",
    ],
)
def test_other_pages_of_arxiv_go_to_the_page(url: str) -> None:
    assert parse_arxiv_link(url) is None


@pytest.mark.parametrize(
    ("url", "is_listed"),
    [
        ("https://arxiv.org/abs/2201.12023", True),
        ("https://arxiv.org/pdf/2201.12023.pdf", True),
        ("https://arxiv.org/html/2201.12023", False),
        ("https://arxiv.org/abs/2201.12023.pdf", False),
        ("https://arxiv.org/src/2201.12023", False),
    ],
)
def test_api_proves_abstracts_and_pdfs_alone(url: str, is_listed: bool) -> None:
    link = parse_arxiv_link(url)
    assert link is not None
    assert link.is_listed is is_listed


def test_arxiv_identifiers_translate_to_dois_and_years() -> None:
    assert arxiv_id_of_doi("10.48550/arXiv.2201.12023v2") == "2201.12023"
    assert arxiv_id_of_doi(doi_of_arxiv_id("math/0309136")) == "math/0309136"
    assert arxiv_id_of_doi("10.1145/3731569.3764849") is None
    assert [arxiv_year(i) for i in ("2201.12023", "hep-th/9901001", "cs/0112019")] == [2022, 1999, 2001]
    assert split_version("2201.12023v3") == ("2201.12023", 3)
    assert split_version("errors#incorrect_id_format") is None


DOIS = {
    "https://doi.org/10.1145/3731569.3764849": DoiLink("10.1145/3731569.3764849", is_resolver=True),
    "http://dx.doi.org/10.1145/3731569.3764849": DoiLink("10.1145/3731569.3764849", is_resolver=True),
    "https://www.doi.org/10.1000%2FABC": DoiLink("10.1000/abc", is_resolver=True),
    "https://doi.org/doi:10.1000/abc": DoiLink("10.1000/abc", is_resolver=True),
    "https://doi.org/10.1000/abc.pdf": DoiLink("10.1000/abc.pdf", is_resolver=True),
    "https://doi.org/10.48550/arXiv.2201.12023": DoiLink("10.48550/arxiv.2201.12023", is_resolver=True),
    "https://doi.org/10.1002/(SICI)1097(19980815)17:15%3C1661::AID-SIM%3E3.0.CO;2-2": DoiLink(
        "10.1002/(sici)1097(19980815)17:15<1661::aid-sim>3.0.co;2-2", is_resolver=True
    ),
    "https://dl.acm.org/doi/10.1145/3731569.3764849": DoiLink("10.1145/3731569.3764849", is_resolver=False),
    "https://dl.acm.org/doi/pdf/10.1145/3731569.3764849?download=true": DoiLink(
        "10.1145/3731569.3764849", is_resolver=False
    ),
    "https://dl.acm.org/doi/abs/10.1145/3731569.3764849.": DoiLink(
        "10.1145/3731569.3764849", is_resolver=False
    ),
    "https://dl.acm.org/doi/fullHtml/10.1145/3731569.3764849),": DoiLink(
        "10.1145/3731569.3764849", is_resolver=False
    ),
    "https://www.science.org/doi/full/10.1126/science.abc1234": DoiLink(
        "10.1126/science.abc1234", is_resolver=False
    ),
    "https://onlinelibrary.wiley.com/doi/pdfdirect/10.1002/cpe.5000": DoiLink(
        "10.1002/cpe.5000", is_resolver=False
    ),
    "https://www.tandfonline.com/doi/epdf/10.1080/0123": DoiLink("10.1080/0123", is_resolver=False),
    "https://link.springer.com/article/10.1007/s10994-022-06268-8": DoiLink(
        "10.1007/s10994-022-06268-8", is_resolver=False
    ),
    "https://link.springer.com/content/pdf/10.1007/s10994-022-06268-8.pdf": DoiLink(
        "10.1007/s10994-022-06268-8", is_resolver=False
    ),
    "https://link.springer.com/chapter/10.1007%2F978-3-030-01234-2_1": DoiLink(
        "10.1007/978-3-030-01234-2_1", is_resolver=False
    ),
    "https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf": DoiLink(
        "10.1101/2020.01.01.123456", is_resolver=False
    ),
    "https://www.medrxiv.org/content/10.1101/2020.01.01.20012345": DoiLink(
        "10.1101/2020.01.01.20012345", is_resolver=False
    ),
    "https://www.nature.com/articles/s41586-020-2649-2": DoiLink(
        "10.1038/s41586-020-2649-2", is_resolver=False
    ),
    "https://www.nature.com/articles/nature14539.pdf": DoiLink("10.1038/nature14539", is_resolver=False),
    "https://aclanthology.org/P19-1234/": DoiLink("10.18653/v1/p19-1234", is_resolver=False),
    "https://aclanthology.org/2023.acl-long.1.pdf": DoiLink("10.18653/v1/2023.acl-long.1", is_resolver=False),
    "https://www.aclweb.org/anthology/2020.findings-emnlp.10": DoiLink(
        "10.18653/v1/2020.findings-emnlp.10", is_resolver=False
    ),
    "https://onlinelibrary.wiley.com/doi/10.1002/cpe.5000/abstract": DoiLink(
        "10.1002/cpe.5000", is_resolver=False
    ),
    "https://link.springer.com/article/10.1007/s10994-022-06268-8/fulltext.html": DoiLink(
        "10.1007/s10994-022-06268-8", is_resolver=False
    ),
    "https://link.springer.com/referenceworkentry/10.1007/978-0-387-30164-8_1": DoiLink(
        "10.1007/978-0-387-30164-8_1", is_resolver=False
    ),
    "https://www.biorxiv.org/content/10.1101/622803v4.full.pdf+html": DoiLink(
        "10.1101/622803", is_resolver=False
    ),
    "https://dl.acm.org/doi/10.1016/S0140-6736(05)67889-0": DoiLink(
        "10.1016/s0140-6736(05)67889-0", is_resolver=False
    ),
}
OF_PUBLISHERS = {
    "https://iopscience.iop.org/article/10.1088/1748-0221/3/08/S08005/pdf": "10.1088/1748-0221/3/08/s08005",
    "https://iopscience.iop.org/article/10.3847/1538-4357/abc123/meta": "10.3847/1538-4357/abc123",
    "https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.116.061102": "10.1103/physrevlett.116.061102",
    "https://journals.aps.org/prx/pdf/10.1103/PhysRevX.9.031002": "10.1103/physrevx.9.031002",
    "http://link.aps.org/doi/10.1103/PhysRevD.98.030001": "10.1103/physrevd.98.030001",
    "https://academic.oup.com/bib/advance-article/doi/10.1093/bib/bbab159/6289890": "10.1093/bib/bbab159",
    "https://academic.oup.com/nar/article-lookup/doi/10.1093/nar/gkaa1100": "10.1093/nar/gkaa1100",
    "https://academic.oup.com/mnras/article/doi/10.1093/mnras/stab1/6123456/A-Title": "10.1093/mnras/stab1",
    "https://pubs.aip.org/aip/jcp/article/doi/10.1063/5.0012345/1234567/A-Title": "10.1063/5.0012345",
    "https://www.frontiersin.org/articles/10.3389/fnins.2021.123456/full": "10.3389/fnins.2021.123456",
    "https://www.frontiersin.org/journals/big-data/articles/10.3389/fdata.2021.1/pdf": "10.3389/fdata.2021.1",
    "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.01": "10.1371/journal.pone.01",
    "https://journals.plos.org/ploscompbiol/article/file?type=printable&id=10.1371%2Fjournal.pcbi.1000001": (
        "10.1371/journal.pcbi.1000001"
    ),
    "http://www.plosone.org/article/info:doi/10.1371/journal.pone.0000001": "10.1371/journal.pone.0000001",
    "https://genomebiology.biomedcentral.com/articles/10.1186/s13059-021-02393": "10.1186/s13059-021-02393",
    "https://epjdatascience.springeropen.com/articles/10.1140/epjds/s13688-02": "10.1140/epjds/s13688-02",
    "https://link.springer.com/10.1007/978-3-030-01234-2_1": "10.1007/978-3-030-01234-2_1",
    "https://elifesciences.org/articles/12345": "10.7554/elife.12345",
    "https://elifesciences.org/reviewed-preprints/87654v2": "10.7554/elife.87654",
    "https://peerj.com/articles/cs-103/": "10.7717/peerj-cs.103",
    "https://peerj.com/articles/4375.pdf": "10.7717/peerj.4375",
    "https://joss.theoj.org/papers/10.21105/joss.01234": "10.21105/joss.01234",
    "https://www.degruyter.com/document/doi/10.1515/nanoph-2020-0001/html": "10.1515/nanoph-2020-0001",
    "https://www.emerald.com/insight/content/doi/10.1108/OIR-01-2020/full/html": "10.1108/oir-01-2020",
    "https://www.spiedigitallibrary.org/conference-proceedings-of-spie/11006/T/10.1117/12.2518469.full": (
        "10.1117/12.2518469"
    ),
    "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=3482150": "10.2139/ssrn.3482150",
    "https://ssrn.com/abstract=3482150": "10.2139/ssrn.3482150",
    "https://www.researchsquare.com/article/rs-123456/v2": "10.21203/rs.3.rs-123456/v2",
    "https://www.preprints.org/manuscript/202101.0001/v1": "10.20944/preprints202101.0001.v1",
    "https://www.ijcai.org/proceedings/2019/0123": "10.24963/ijcai.2019/123",
    "https://www.ijcai.org/proceedings/2021/612": "10.24963/ijcai.2021/612",
    "https://www.nejm.org/doi/full/10.1056/NEJMoa2034577": "10.1056/nejmoa2034577",
    "https://direct.mit.edu/tacl/article/doi/10.1162/tacl_a_00349/96482/A-Primer": "10.1162/tacl_a_00349",
    # Addresses of the same sites that have no DOI, or only a part of one.
    "https://academic.oup.com/bib/article/22/6/bbab159/6289890": None,
    "https://iopscience.iop.org/journal/1748-0221": None,
    "https://journals.aps.org/prl/issues/116/6": None,
    "https://www.frontiersin.org/research-topics/12345": None,
    "https://journals.plos.org/plosone/": None,
    "https://journals.plos.org/plosone/article?id=10.1000/other": None,
    "https://journals.plos.org/plosone/search?id=10.1371/journal.pone.0123456": None,
    "https://peerj.com/articles/": None,
    "https://elifesciences.org/articles/feature-12345": None,
    "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=": None,
    "https://papers.ssrn.com/sol3/cf_dev/AbsByAuth.cfm?per_id=3482150": None,
    "https://www.ijcai.org/Proceedings/15/Papers/001.pdf": None,
    "https://www.ijcai.org/proceedings/2015/123": None,
    "https://www.mdpi.com/2076-3417/11/3/1234": None,
    "https://www.sciencedirect.com/science/article/pii/S0140673605678890": None,
    "https://evilfrontiersin.org/articles/10.3389/fnins.2021.123456/full": None,
    "https://biomedcentral.com.evil.example/articles/10.1186/s13059-021-02393-0": None,
}


@pytest.mark.parametrize("url", OF_PUBLISHERS)
def test_address_of_a_publisher_names_its_doi(url: str) -> None:
    doi = OF_PUBLISHERS[url]
    assert parse_doi_link(url) == (None if doi is None else DoiLink(doi, is_resolver=False))


@pytest.mark.parametrize("url", DOIS)
def test_address_names_doi(url: str) -> None:
    assert parse_doi_link(url) == DOIS[url]


@pytest.mark.parametrize(
    "url",
    [
        "https://dl.acm.org/citation.cfm?id=3731569",
        "https://dl.acm.org/doi/10.5555/3571885.3571978",  # ACM's own numbers are no DOIs
        "https://dl.acm.org/doi/proceedings/10.5555/3571885",
        "https://ieeexplore.ieee.org/document/9046288",
        "https://www.computer.org/csdl/proceedings-article/sc/2021/844200a915/1yeQHH5e9dm",
        "https://www.usenix.org/conference/osdi22/presentation/zheng-lianmin",
        "https://proceedings.mlr.press/v202/sheng23a.html",
        "https://doi.org/",
        "https://doi.org/10/gabc",
        "https://doi.org/10.1145",
        "https://doi.org/api/handles/10.1145/3731569",
        "https://doi.org/https://doi.org/10.1145/3731569",
        "https://link.springer.com/journal/10994",
        "https://link.springer.com/chapter/10.1007/978-3-030-01234-2_1/figures/2",
        "https://www.science.org/doi/suppl/10.1126/science.abc1234/suppl_file/x.pdf",
        "https://reader@dl.acm.org/doi/10.1145/3731569.3764849",
        "https://www.nature.com/articles/s41586-020-2649-2/figures/1",
        "https://aclanthology.org/volumes/P19-1/",
        "https://aclanthology.org/attachments/2023.acl-long.1.pdf",
        "https://dl.acm.org.example.org/doi/10.1145/3731569",
        "https://example.org/doi/10.1145/3731569",
    ],
)
def test_address_without_doi_goes_to_the_page(url: str) -> None:
    assert parse_doi_link(url) is None


def test_doi_is_normal_however_it_is_written() -> None:
    written = (
        "10.1145/ABC",
        " https://doi.org/10.1145/abc ",
        "doi:10.1145/Abc",
        "http://dx.doi.org/10.1145/abc",
    )
    assert {normalize_doi(text) for text in written} == {"10.1145/abc"}
    assert normalize_doi("10.1145/" + "a" * 400) is None
    assert normalize_doi("a DOI") is None


@pytest.mark.parametrize(
    ("url", "identifier"),
    [
        ("https://openreview.net/forum?id=rJl-b3RcF7", "rJl-b3RcF7"),
        ("https://www.openreview.net/pdf?id=rJl-b3RcF7", "rJl-b3RcF7"),
        ("https://openreview.net/forum?referrer=x&id=rJl-b3RcF7&noteId=abc", "rJl-b3RcF7"),
        ("https://openreview.net/attachment?id=rJl-b3RcF7&name=pdf", "rJl-b3RcF7"),
        ("https://openreview.net/forum?id%253DrJl-b3RcF7", None),
        ("https://openreview.net/pdf/a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1.pdf", None),
        ("https://openreview.net/forum?noteId=rJl-b3RcF7", None),
        ("https://openreview.net/group?id=ICLR.cc/2024/Conference", None),
        ("https://example.org/forum?id=rJl-b3RcF7", None),
    ],
)
def test_address_names_forum_of_openreview(url: str, identifier: str | None) -> None:
    assert parse_openreview_link(url) == identifier


def test_address_names_paper_of_semantic_scholar() -> None:
    digits = "a0b1c2d3e4" * 4
    assert parse_s2_link(f"https://www.semanticscholar.org/paper/Some-Title-Doe/{digits}") == digits
    assert parse_s2_link(f"https://www.semanticscholar.org/paper/{digits}") == digits
    assert parse_s2_link(f"https://www.semanticscholar.org/author/{digits}") is None


@pytest.mark.parametrize(
    "url",
    [
        *("https://ar5iv.labs.arxiv.org/html/2201.12023v2", "https://ar5iv.org/abs/2201.12023"),
        *("https://www.alphaxiv.org/abs/2201.12023", "https://huggingface.co/papers/2201.12023"),
        "https://www.semanticscholar.org/arxiv/2201.12023",
    ],
)
def test_sites_that_show_a_paper_name_it_and_prove_nothing(url: str) -> None:
    assert paper_ids(url) == {"arxiv": "2201.12023"}
    assert parse_arxiv_link(url) is None
    assert paper_ids(url.replace("2201.12023", "models")) == {}


@given(st.text(max_size=60), st.sampled_from(["arxiv.org", "doi.org", "dl.acm.org", "aclanthology.org"]))
def test_parsers_take_any_address(rest: str, host: str) -> None:
    for url in (rest, f"https://{host}/{rest}", f"https://{host}/abs/{rest}", f"https://{host}/doi/{rest}"):
        for parse in (parse_arxiv_link, parse_doi_link, parse_openreview_link, parse_s2_link):
            parse(url)
    normalize_arxiv_id(rest)
    normalize_doi(rest)


def test_parsers_take_long_addresses_in_linear_time() -> None:
    for text in ("." * 30_000, "10.1145/" + ")." * 15_000, "a-" * 15_000, "1" * 30_000):
        for host in (
            "arxiv.org/abs",
            "doi.org",
            "dl.acm.org/doi",
            "link.springer.com/article",
            "nature.com/articles",
        ):
            url = f"https://{host}/{text}"
            assert parse_arxiv_link(url) is None
            parse_doi_link(url)
