from io import StringIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.cli.terminal import Terminal, printable
from lmsys_enrich.errors import InputError


def terminal(*, quiet: bool = False) -> tuple[Terminal, StringIO, StringIO]:
    out, err = StringIO(), StringIO()
    return Terminal(out, err, {}, quiet=quiet), out, err


@given(st.text())
def test_nothing_printed_steers_a_terminal(text: str) -> None:
    assert not {"\x1b", "\x9b", "\x07", "\r", "\u202e", "\u2066"} & set(printable(text))


def test_words_of_any_language_stay_as_they_are() -> None:
    assert printable("训练: Übersicht\n\tहिन्दी") == "训练: Übersicht\n\tहिन्दी"


def test_results_go_to_stdout_and_everything_else_to_stderr() -> None:
    shown, out, err = terminal()
    shown.result("42 links")
    shown.info("10 of 42")
    shown.warn("the cache is damaged")
    assert out.getvalue() == "42 links\n"
    assert err.getvalue() == "10 of 42\nwarning: the cache is damaged\n"


def test_quiet_keeps_warnings_and_errors() -> None:
    shown, _, err = terminal(quiet=True)
    shown.info("10 of 42")
    shown.warn("the cache is damaged")
    assert shown.fail(InputError("no such file", hint="Name one.")) == 2
    assert err.getvalue() == "warning: the cache is damaged\nno such file\n→ Name one.\n"


def test_untrusted_text_starts_no_workflow_command() -> None:
    for text in ("a name\n::error::planted", "  ::add-mask::x", "a ##[group] b"):
        out, err = StringIO(), StringIO()
        terminal = Terminal(out, err, {"GITHUB_ACTIONS": "true"})
        terminal.result(text)
        terminal.info(text)
        terminal.warn(text)
        terminal.fail(InputError(text, hint=text))
        for line in f"{out.getvalue()}{err.getvalue()}".splitlines():
            assert not line.strip().startswith("::")
            assert "##[" not in line


def test_patch_is_no_command_in_a_log_and_exact_in_a_file(tmp_path: Path) -> None:
    patch = " ::error::x\n+##[error]y\n"
    log = StringIO()
    Terminal(log, StringIO(), {"GITHUB_ACTIONS": "true"}).verbatim(patch)
    assert "::error::" not in log.getvalue()
    assert "##[error]" not in log.getvalue()
    for environ in ({"GITHUB_ACTIONS": "true"}, {}):
        with (tmp_path / "moved.patch").open("w+", encoding="utf-8") as file:
            Terminal(file, StringIO(), environ).verbatim(patch)
            file.seek(0)
            assert file.read() == patch
    pipe = StringIO()
    Terminal(pipe, StringIO(), {}).verbatim(patch)
    assert pipe.getvalue() == patch
