"""Say what is wired and what is not."""

import sys
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from django_recsys.management.base import RecsysCommand
from django_recsys.operations import Finding, examine


class Command(RecsysCommand):
    """`recsys_doctor [--json]`; the exit code is 1 where something does not work."""

    help = "Say what is wired and what is not, and how to mend it."
    requires_system_checks: Sequence[str] = []  # the doctor repeats them itself

    def run(self, **options: Any) -> list[Finding]:
        return examine(timezone.now())

    def as_json(self, result: list[Finding]) -> Any:
        return [finding.as_dict() for finding in result]

    def show(self, result: list[Finding]) -> None:
        styles = {
            "ok": self.style.SUCCESS,
            "warn": self.style.WARNING,
            "fail": self.style.ERROR,
        }
        width = max(len(finding.name) for finding in result)
        for finding in result:
            state = styles[finding.state](f"{finding.state:<4}")
            self.stdout.write(f"{state}  {finding.name:<{width}}  {finding.detail}")
            if finding.remedy and finding.state != "ok":
                self.stdout.write(f"{'':<{width + 6}}  -> {finding.remedy}")

    def check_result(self, result: list[Finding]) -> None:
        if any(finding.state == "fail" for finding in result):
            sys.exit(1)
