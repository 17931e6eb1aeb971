"""Finds the line on which a key of a TOML file stands: the standard reader does not say."""

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"]+(?:\s*\.\s*[A-Za-z0-9_\-\"]+)*)\s*=")


class LineFinder:
    """Walks the file once and remembers where each table and key begins."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        counts: dict[Path, int] = {}
        here: Path = ()
        in_text = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if in_text:
                in_text = "" if in_text in line else in_text
                continue
            header, key = _HEADER.match(line), _KEY.match(line)
            if header:
                here = self._resolve(_parts(header.group(2)), counts, many=header.group(1) == "[[")
                self._lines.setdefault(here, number)
            elif key:
                self._lines.setdefault((*here, *_parts(key.group(1))), number)
                in_text = next((q for q in ('"""', "'''") if line.count(q) == 1), "")

    def _resolve(self, parts: tuple[str, ...], counts: dict[Path, int], *, many: bool) -> Path:
        """The path of a header, with the number of each table in a list of tables."""
        path: Path = ()
        for depth, part in enumerate(parts):
            path = (*path, part)
            last = depth == len(parts) - 1
            if last and many:
                counts[path] = counts.get(path, -1) + 1
            if path in counts:
                path = (*path, counts[path])
        return path

    def line_of(self, path: Path) -> int:
        """The line of this key; of the nearest table around it when the key itself is not there."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines[path]


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip('"') for part in dotted.split("."))
