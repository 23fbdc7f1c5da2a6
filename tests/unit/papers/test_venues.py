"""Venues by the acronym that a field knows them by."""

import pytest

from lmsys_enrich.papers.venues import known_venue, short_venue


@pytest.mark.parametrize(
    ("name", "acronym"),
    [
        ("OSDI", "OSDI"),
        ("OSDI '22", "OSDI"),
        ("osdi 2022", "OSDI"),
        ("USENIX Symposium on Operating Systems Design and Implementation", "OSDI"),
        ("Proceedings of the 31st ACM Symposium on Operating Systems Principles", "SOSP"),
        ("NIPS", "NeurIPS"),
        ("Advances in Neural Information Processing Systems 30", "NeurIPS"),
        ("Proc. VLDB Endow.", "VLDB"),
        ("arXiv.org", "arXiv"),
        ("arXiv preprint arXiv:2201.12023", "arXiv"),
        ("CoRR", "arXiv"),
        ("International Conference for High Performance Computing, Networking, Storage and Analysis", "SC"),
        ("Architectural Support for Programming Languages and Operating Systems, Volume 3", "ASPLOS"),
        ("Annual Meeting of the Association for Computational Linguistics and the 11th Conference", "ACL"),
        ("SC22", "SC"),
        ("MLSys2021", "MLSys"),
        ("NeurIPS 2022 (Spotlight)", "NeurIPS"),
        ("In Proc. of OSDI", "OSDI"),
        ("ACM SIGCOMM 2022", "SIGCOMM"),
        ("IEEE Micro", None),
        ("NeurIPS Workshop", None),
        ("Proceedings of the 3rd Workshop on Machine Learning and Systems", None),
        ("IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)", None),
        ("International Conference on Machine Learning and Applications", None),
        ("ACL Findings", None),
        ("Journal of Irreproducible Results", None),
        ("", None),
        ("2022", None),
    ],
)
def test_venue_is_known_by_any_of_its_names(name: str, acronym: str | None) -> None:
    assert known_venue(name) == acronym


def test_unknown_venue_takes_its_shortest_acronym() -> None:
    name = "Workshop on Irreproducible Machines"
    assert short_venue(name, ("Irreproducible Mach", "WIMACH", "WIM")) == "WIM"
    assert short_venue(name) == name
    assert short_venue("arXiv.org", ("ArXiv",)) is None
    assert (
        short_venue("International Conference on Learning Representations", ("Int Conf Learn Represent",))
        == "ICLR"
    )
    assert short_venue(None) is None
