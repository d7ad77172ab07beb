"""One screen for all tests of the links stage."""

import pytest

from huzhu_guard.links import LinkScreen


@pytest.fixture(scope="session")
def screen():
    return LinkScreen()
