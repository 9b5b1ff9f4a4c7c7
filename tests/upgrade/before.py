"""The folders below `before`: what an older code wrote."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = Path(__file__).parent / "before"


@dataclass(frozen=True)
class Before:
    """One of the folders."""

    folder: Path

    @property
    def history(self) -> Path:
        """The file that was imported."""
        return self.folder / "history.csv"

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def write(self, name: str, value: Any) -> None:
        path = self.folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(value) + "\n")

    @property
    def tables(self) -> dict[str, Any]:
        """The rows of each table, as `rows.dump` returns them, by label."""
        paths = sorted((self.folder / "rows").glob("*.json"))
        return {path.stem: json.loads(path.read_text()) for path in paths}

    def rows_of(self, label: str) -> list[list[Any]]:
        return self.tables[label]["rows"]

    def pack(self, name: str, files: Path) -> None:
        """Keep the files below a folder, each byte for byte."""
        with zipfile.ZipFile(
            self.folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED
        ) as archive:
            for path in sorted(each for each in files.rglob("*") if each.is_file()):
                entry = zipfile.ZipInfo(str(path.relative_to(files)))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())

    def unpack(self, name: str, target: Path) -> None:
        with zipfile.ZipFile(self.folder / f"{name}.zip") as archive:
            archive.extractall(target)


def all_before() -> list[Before]:
    return [Before(path.parent) for path in sorted(FOLDERS.glob("*/about.json"))]


def as_text(value: Any) -> str:
    """Return JSON with a line for each row, so that a diff can be read."""
    if isinstance(value, dict):
        entries = (f"{json.dumps(key)}: {as_text(each)}" for key, each in value.items())
        return "{\n" + ",\n".join(entries) + "\n}"
    if isinstance(value, list) and any(isinstance(each, list | dict) for each in value):
        return "[\n" + ",\n".join(map(compact, value)) + "\n]"
    return compact(value)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
