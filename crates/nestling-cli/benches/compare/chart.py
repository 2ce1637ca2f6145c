"""Charts as SVG, both with logarithmic axes, readable on light and on dark pages."""

from html import escape
from math import ceil, floor, log10

STYLE = ('<style>text{font:12px system-ui,sans-serif;fill:#555}.ours{fill:#e08a00}.peer{fill:#7a8ba3}'
         'line{stroke:#8884}polyline{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>')
Line = list[tuple[float, float]]


def svg(width: int, height: int, title: str, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
    return "\n".join([head, STYLE, f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>', *parts, "</svg>\n"])


def shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def slope(line: Line) -> float | None:
    """The power that time grows with over the last decade, by least squares: before it a start weighs more than growth."""
    last = [(log10(x), log10(y)) for x, y in line if x * 10.001 >= max(x for x, _ in line)]
    if len(last) < 2:
        last = [(log10(x), log10(y)) for x, y in line[-2:]]
    if len({x for x, _ in last}) < 2:
        return None
    x_mean, y_mean = (sum(values) / len(last) for values in zip(*last))
    return sum((x - x_mean) * (y - y_mean) for x, y in last) / sum((x - x_mean) ** 2 for x, _ in last)


def bars(title: str, values: dict[str, float]) -> str:
    low, high = floor(log10(min(values.values()))), log10(max(values.values()))
    parts = []
    for row, (name, value) in enumerate(sorted(values.items(), key=lambda item: item[1])):
        y, length = 30 + row * 22, 8 + 380 * (log10(value) - low) / (high - low)
        kind = "ours" if name.startswith("nestling") else "peer"
        parts.append(f'<text x="228" y="{y + 13}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="234" y="{y}" width="{length:.0f}" height="17" rx="2"/>')
        parts.append(f'<text x="{240 + length:.0f}" y="{y + 13}">{shown(value)}</text>')
    return svg(722, 40 + 22 * len(values), title + " (logarithmic)", parts)


def growth(title: str, lines: dict[str, Line]) -> str:
    points = [point for line in lines.values() for point in line]
    x_low, x_high = log10(min(x for x, _ in points)), log10(max(x for x, _ in points))
    y_low, y_high = floor(log10(min(y for _, y in points))), ceil(log10(max(y for _, y in points)))
    across = lambda x: 60 + 380 * (log10(x) - x_low) / max(x_high - x_low, 1e-9)
    down = lambda y: 400 - 360 * (log10(y) - y_low) / max(y_high - y_low, 1)
    parts = []
    for power in range(y_low, y_high + 1):
        y = down(10.0**power)
        parts.append(f'<line x1="60" x2="440" y1="{y:.0f}" y2="{y:.0f}"/>')
        parts.append(f'<text x="54" y="{y + 4:.0f}" text-anchor="end">{shown(10.0**power)}</text>')
    for power in range(ceil(x_low - 1e-9), floor(x_high + 1e-9) + 1):
        x = across(10.0**power)
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="40" y2="400"/>')
        parts.append(f'<text x="{x:.0f}" y="420" text-anchor="middle">{10**power:,}</text>')
    last = -99.0
    for name, line in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        colour, kind = ("#e08a00", "ours") if name.startswith("nestling") else ("#7a8ba3", "peer")
        path = " ".join(f"{across(x):.0f},{down(y):.0f}" for x, y in line)
        parts.append(f'<polyline points="{path}" stroke="{colour}"/>')
        parts += [f'<circle class="{kind}" cx="{across(x):.0f}" cy="{down(y):.0f}" r="3"/>' for x, y in line]
        last = max(last + 14, down(line[-1][1]) + 4)
        power = slope(line)
        label = name if power is None else f"{name}, slope {power:.2f}"
        parts.append(f'<text x="448" y="{last:.0f}">{escape(label)}</text>')
    return svg(760, 440, title + " (both logarithmic)", parts)
