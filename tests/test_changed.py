"""`make check` runs the tests of what was changed, and not those of everything else."""

import pytest

from tests.changed import ALWAYS, choose

TESTS = {
    **dict.fromkeys(ALWAYS, ""),
    "tests/store/test_released.py": "from gan.store import released\n",
    "tests/store/test_hub.py": "from gan.store.hub import push\n",
    "tests/ui/test_service.py": "import gan.store.released\nfrom gan.ui.service import Service\n",
    "tests/ui/test_words.py": "",
    "tests/browser/test_page.py": "from gan.store import released\nfrom gan.ui.page import TABS\n",
    "tests/test_losses.py": "from gan import losses\n",
    "tests/test_readme.py": "",
    "tests/test_plumbing.py": "",
}


@pytest.mark.parametrize(
    ("changed", "chosen"),
    [
        ([], []),
        (["LICENSE"], []),
        (["gan/store/released.py"], ["tests/store/test_released.py"]),
        (["gan/store/hub.py", "gan/losses.py"], ["tests/store/test_hub.py", "tests/test_losses.py"]),
        (["gan/store/atomic.py"], ["tests/store/test_hub.py", "tests/store/test_released.py"]),
        (["gan/store/__init__.py"], ["tests/store/test_released.py"]),
        (["gan/ui/page.py"], ["tests/ui/test_service.py", "tests/ui/test_words.py"]),
        (["gan/ui/tabs/about/about.js"], ["tests/ui/test_words.py"]),
        (["tests/browser/test_page.py"], ["tests/browser/test_page.py"]),
        (["docs/app.md", "Makefile"], ["tests/test_plumbing.py", "tests/test_readme.py"]),
    ],
)
def test_what_was_changed_is_tested(changed, chosen):
    assert choose(changed, TESTS) == sorted([*ALWAYS, *chosen])
