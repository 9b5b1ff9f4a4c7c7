import io

from django_recsys.learning.cli.progress_bar import ProgressBar
from django_recsys.learning.options import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_bar_is_drawn_on_a_terminal_and_wiped():
    screen = Terminal()
    bar = ProgressBar(screen)
    bar.begin("ease")
    bar(Progress(fraction=0.5, message="12 settings tried"))
    assert "ease [############............]  50% 12 settings tried" in screen.getvalue()
    bar.end()
    assert screen.getvalue().endswith("\r")


def test_nothing_is_drawn_into_a_file():
    stream = io.StringIO()
    bar = ProgressBar(stream)
    bar.begin("ease")
    bar(Progress(fraction=0.5))
    bar.end()
    assert stream.getvalue() == ""
