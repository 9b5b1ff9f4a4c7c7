"""The example shop's own settings, in a folder that lasts as long as the tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="example-shop-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["RECSYS_SHOP_DATA"] = _folder

from example_shop.settings import *  # noqa: E402, F403
from example_shop.settings import DATABASES  # noqa: E402

# A file, since the training is another process and the live server another thread.
DATABASES["default"]["TEST"] = {"NAME": Path(_folder) / "test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
