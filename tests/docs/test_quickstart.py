"""The quickstart does what it says: its files are written and its commands are run."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(?P<info>\S.*?)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CAPTION = re.compile(r"\A:caption: (?P<path>\S+)(?P<note>.*)\n\n")

LOOK = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
print(client.get("/", headers={"host": "localhost"}).content.decode())
print("=====")
client.force_login(User.objects.get(username="customer1"))
print(client.get("/", headers={"host": "localhost"}).content.decode())
print("=====")
print(client.get("/products/1/", headers={"host": "localhost"}).content.decode())
"""


@dataclass(frozen=True)
class Step:
    """One block of the page: a command line to run, or a file to write."""

    text: str
    path: str = ""
    appends: bool = False


def steps(page: str) -> Iterator[Step]:
    for block in FENCE.finditer((DOCS / page).read_text()):
        info, body = block["info"], block["body"]
        if info == "console":
            for line in body.splitlines():
                yield Step(line.removeprefix("$ "))
        elif info.startswith("{code-block}"):
            caption = CAPTION.match(body)
            text = body[caption.end() :]
            yield Step(text, caption["path"], appends=bool(caption["note"]))


def run(command: list[str], folder: Path) -> str:
    environment = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quickstart")
    for step in steps("quickstart.md"):
        if not step.path:
            run(shlex.split(step.text), folder)
            continue
        target = folder / step.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a" if step.appends else "w") as file:
            file.write(("\n" if step.appends else "") + step.text)
    return folder


def test_customer_gets_a_personal_list(project):
    command = "python manage.py recsys_recommend customer1 -n 5 --json"
    answer = json.loads(run(shlex.split(command), project))
    assert len(answer["items"]) == 5
    assert {item["source"] for item in answer["items"]} - {"popular", "trending"}


def test_pages_show_lists(project):
    out = run(["python", "manage.py", "shell", "-c", LOOK], project)
    guest, customer, product = out.split("=====")
    for page in (guest, customer, product):
        assert page.count('href="/products/') >= 5
    assert "Because you bought" in customer


def test_translation_has_the_same_blocks():
    assert list(steps("quickstart.zh-hans.md")) == list(steps("quickstart.md"))
