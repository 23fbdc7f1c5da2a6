"""One picture for each piece of work: what each tool took, and the limit as a line."""

from collections.abc import Mapping
from html import escape

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 720, 150, 70, 34, 40
_OURS, _PEERS, _LIMIT, _TEXT = "#2f6fde", "#8b98ab", "#d9480f", "#57606a"


def plot(title: str, seconds: Mapping[str, float], limit: float) -> str:
    """Return an SVG with a bar for each tool; it can be read on light and on dark ground."""
    longest = max(*seconds.values(), limit)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    height = _TOP + _ROW * len(seconds) + 26
    at = _LEFT + limit * scale
    end = height - 22
    bars = "\n".join(_bar(row, name, wall, scale) for row, (name, wall) in enumerate(seconds.items()))
    summary = ", ".join(f"{name} {wall:.1f} s" for name, wall in seconds.items())
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" \
font-family="system-ui, sans-serif" font-size="14" fill="{_TEXT}">
<title>{escape(title)}</title>
<desc>{escape(summary)}; the limit is {limit:.1f} s</desc>
<text x="0" y="20" font-weight="600">{escape(title)}</text>
{bars}
<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 6}" y2="{end}" stroke="{_LIMIT}" stroke-dasharray="4 3"/>
<text x="{at:.1f}" y="{height - 6}" text-anchor="middle" fill="{_LIMIT}">limit {limit:.1f} s</text>
</svg>
"""


def _bar(row: int, name: str, wall: float, scale: float) -> str:
    top = _TOP + row * _ROW
    color = _OURS if row == 0 else _PEERS
    end = _LEFT + wall * scale
    return (
        f'<text x="{_LEFT - 10}" y="{top + 17}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{_LEFT}" y="{top}" width="{wall * scale:.1f}" height="24" rx="3" fill="{color}"/>'
        f'<text x="{end + 8:.1f}" y="{top + 17}">{wall:.1f} s</text>'
    )
