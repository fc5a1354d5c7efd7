"""Mark the tests that pytest -m quick runs (CONTRIBUTING.md)."""

import pytest

# What a change to one script or one lesson needs (pytest -m quick): these files and tests …
QUICK = {
    "test_lessons",
    "test_client",
    "test_editions",
    "test_server",
    "test_style",
    "test_eight_talkers_are_heard_by_all_in_one_order",
    "test_three_talk_and_all_hear_who_joins_and_what_is_said",
    "test_who_leaves_hears_its_own_last_words_and_the_end",
}
# … but none that runs a copy of the project (a fixture), and none that waits for long.
LONG = {
    "broken",
    "copy",
    "test_out_of_descriptors_those_inside_chat_on_and_newcomers_wait_for_room",
    "test_the_end_of_a_pipe_does_not_wait_for_ever_for_last_words",
    "test_the_servers_last_words_after_the_end_of_a_pipe_are_printed",
    "test_the_word_leaves_a_server_that_neither_reads_nor_answers",
}


def is_quick(item):
    """Return whether item is among those that pytest -m quick runs."""
    name = getattr(item, "originalname", item.name)
    needs = {name, *getattr(item, "fixturenames", ())}
    return bool({item.path.stem, name} & QUICK) and not needs & LONG


def pytest_collection_modifyitems(items):
    """Mark what is quick."""
    for item in items:
        if is_quick(item):
            item.add_marker(pytest.mark.quick)
