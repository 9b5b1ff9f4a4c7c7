"""Install Debian's Chromium where this may be done: `python -m tests.chromium`.

Where it may not, the end-to-end tests say so: they skip, or fail with CI=true.
"""

import os
import shutil
import subprocess

from tests.conftest import BROWSERS

COMMANDS = (
    ["apt-get", "update", "-q"],
    ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
)


def main() -> None:
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium here, and no right to install it.")
        return
    for command in COMMANDS:
        subprocess.run(
            command,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )


if __name__ == "__main__":
    main()
