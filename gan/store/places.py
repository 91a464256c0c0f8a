"""Where released weights and what lies beside them are: the folder that is written to, and the one that came along.

In a checkout both are checkpoints/. An installed package has its own, gan/checkpoints/, and leaves it as it is: what
one adds goes into a folder of one's own, which is looked into first. GAN_CHECKPOINTS names another folder in place of
both; what it lacks of the reader of digits comes from the code's own.
"""

import os
import sys
from pathlib import Path

from gan.command import PACKAGE, ROOT, is_installed

VARIABLE = "GAN_CHECKPOINTS"
SHIPPED = PACKAGE / "checkpoints" if is_installed() else ROOT / "checkpoints"
LAYERED = is_installed() and not os.environ.get(VARIABLE)  # SHIPPED is looked into after the folder that is written to


def choose_folder() -> Path:
    """The folder that is written to: that of GAN_CHECKPOINTS, else a checkout's, else one of the user's."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    return get_user_folder() if is_installed() else SHIPPED


def get_user_folder() -> Path:
    """Where programs keep what their user gives them: XDG_DATA_HOME, or where it is by default; on a Mac its own."""
    named = os.environ.get("XDG_DATA_HOME", "")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails where there is no home
    share = home / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
    return (Path(named) if Path(named).is_absolute() else share) / "digit-forge" / "checkpoints"
