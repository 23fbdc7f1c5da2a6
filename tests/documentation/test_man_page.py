"""The manual page agrees with `--help`; `make golden` regenerates it."""

import re

from argparse_manpage.manpage import Manpage

from lmsys_enrich.about import __version__
from lmsys_enrich.cli.main import COMMANDS, build_parser
from tests.golden import ROOT, assert_golden


def test_the_manual_page_says_what_help_says() -> None:
    parser = build_parser(list(COMMANDS))
    about = {"date": __version__, "manual_title": "User commands", "description": parser.description}
    # Each version of Python breaks the lines of a usage elsewhere, and below it stands the same.
    page = re.sub(r"^usage: .*\n(?: .*\n)*\n", "", str(Manpage(parser, about)), flags=re.MULTILINE)
    exit_codes = page.replace("exit codes:\n", "Exit codes:\n.nf\n").replace(
        "\n\nSettings are", "\n.fi\n\nSettings are"
    )
    assert_golden(ROOT / "docs" / "man" / "lmsys-enrich.1", exit_codes)
