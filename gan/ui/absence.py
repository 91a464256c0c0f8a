"""Why real data are not used, said to visitors: as the app is told of its data, by GAN_DATA and a button."""

from pathlib import Path

from gan.data import DataError, MixedDataError
from gan.errors import Sentence, capitalize, say
from gan.ui.service import trusts_visitors


def say_where(source: str, folder: Path) -> Sentence:
    """What to do where a dataset's files are not in `folder`, its own below a root."""
    return say(
        "Download it with the button, put its files into {folder}, or start the app with GAN_DATA=FOLDER, the folder "
        "or file that holds it.",
        folder=str(folder),
    )


def say_unread(root: Path, error: DataError) -> str:
    """Why data that lie at `root` are not used; no path of a server for those whom it does not trust."""
    if not trusts_visitors():
        return say("The data on this server cannot be used; run the app on your own machine, with yours.")
    if isinstance(error, MixedDataError):
        return say(
            "{root} holds several datasets; start the app with GAN_DATA=FOLDER, the folder or file of the one meant.",
            root=str(root),
        )
    return capitalize(error.sentence)


def say_own(root: Path) -> Sentence:
    """What to do where a model's own files are not there."""
    if not trusts_visitors():
        return say("This model learned from files of its own, which are not on this server.")
    return say(
        "This model learned from files of its own, which are not at {root}; start the app with GAN_DATA=FOLDER, the "
        "folder or file that holds them.",
        root=str(root),
    )
