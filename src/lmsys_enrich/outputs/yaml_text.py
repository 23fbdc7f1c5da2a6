"""Values become YAML. The only door out to PyYAML."""

from typing import Any

import yaml

_Dumper: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
_NO_FOLDING = 2**20


class Flow(list[object]):
    """A sequence that stands on one line."""


def yaml_text(value: object) -> str:
    """Return block style, keys in their order, no line folded, and nothing shared by reference."""

    class Dumper(_Dumper):  # type: ignore[misc]  # either of PyYAML's
        def ignore_aliases(self, data: object) -> bool:
            del data
            return True

    Dumper.add_representer(Flow, _one_line)
    return str(
        yaml.dump(
            value,
            Dumper=Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=_NO_FOLDING,
        )
    )


def _one_line(dumper: Any, items: Flow) -> Any:  # noqa: ANN401 - either of PyYAML's
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
