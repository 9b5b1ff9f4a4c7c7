"""Say what is wired and what is not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from django_recsys.operations import Finding, examine


class Command(BaseCommand):
    """`recsys_doctor [--json]`; the exit code is 1 where something does not work."""

    help = "Say what is wired and what is not, and how to mend it."
    requires_system_checks: Sequence[str] = []  # the doctor repeats them itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings."""
        findings = examine(timezone.now())
        if options["json"]:
            printed = [finding.as_dict() for finding in findings]
            self.stdout.write(json.dumps(printed, indent=2, ensure_ascii=False))
        else:
            self.print_lines(findings)
        if any(finding.state == "fail" for finding in findings):
            sys.exit(1)

    def print_lines(self, findings: Sequence[Finding]) -> None:
        """Print one line for each finding, and below it what to do."""
        styles = {
            "ok": self.style.SUCCESS,
            "warn": self.style.WARNING,
            "fail": self.style.ERROR,
        }
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            state = styles[finding.state](f"{finding.state:<4}")
            self.stdout.write(f"{state}  {finding.name:<{width}}  {finding.detail}")
            if finding.remedy and finding.state != "ok":
                self.stdout.write(f"{'':<{width + 6}}  -> {finding.remedy}")
