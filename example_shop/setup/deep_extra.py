"""``python -m example_shop.setup.deep_extra --deep``: install what deep models need.

PyTorch is several times as large as everything else together, so that the set-up of the
shop brings it only where ``--deep`` asks for it.
"""

import subprocess
import sys
from importlib.util import find_spec

REQUIREMENT = "django-recsys[neural]"


def main(arguments: list[str]) -> int:
    if "--deep" not in arguments or find_spec("torch") is not None:
        return 0
    print(f"Installing {REQUIREMENT} for --deep", flush=True)
    return subprocess.call([sys.executable, "-m", "pip", "install", REQUIREMENT])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
