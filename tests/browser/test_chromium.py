import pytest

from tests.browser import chromium


def program(path, name):
    file = path / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


def outcome(environment):
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as caught:
        chromium.find_or_skip(environment)
    return caught.type, str(caught.value)


def test_a_missing_chromium_skips_with_a_sentence_that_says_how_to_get_it(tmp_path):
    kind, sentence = outcome({"PATH": str(tmp_path)})
    assert kind is pytest.skip.Exception
    assert "apt-get install chromium" in sentence and "your system's package" in sentence
    assert "LEARNKIT_CHROMIUM" in sentence


def test_a_missing_chromium_fails_where_the_browser_is_required(tmp_path):
    kind, sentence = outcome({"PATH": str(tmp_path), "LEARNKIT_REQUIRE_BROWSER": "1"})
    assert kind is pytest.fail.Exception
    assert "LEARNKIT_REQUIRE_BROWSER" in sentence and "apt-get install chromium" in sentence


def test_an_empty_wish_for_a_browser_requires_nothing(tmp_path):
    kind, _ = outcome({"PATH": str(tmp_path), "LEARNKIT_REQUIRE_BROWSER": ""})
    assert kind is pytest.skip.Exception


def test_a_chromium_or_chrome_on_the_path_is_found(tmp_path):
    chrome = program(tmp_path, "google-chrome")
    assert chromium.find_or_skip({"PATH": str(tmp_path)}) == chrome
    first = program(tmp_path, "chromium")
    assert chromium.find_or_skip({"PATH": str(tmp_path)}) == first


def test_a_browser_named_in_the_environment_goes_first(tmp_path):
    program(tmp_path, "chromium")
    mine = program(tmp_path, "mine")
    assert chromium.find({"PATH": str(tmp_path), "LEARNKIT_CHROMIUM": mine}) == mine


def test_a_named_browser_that_is_no_program_is_quoted_and_no_other_is_taken(tmp_path):
    program(tmp_path, "chromium")
    kind, sentence = outcome({"PATH": str(tmp_path), "LEARNKIT_CHROMIUM": str(tmp_path / "typo")})
    assert kind is pytest.skip.Exception
    assert f"LEARNKIT_CHROMIUM={tmp_path / 'typo'} is no program" in sentence


def test_a_missing_playwright_is_named_as_such(tmp_path, monkeypatch):
    program(tmp_path, "chromium")
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda name: None)
    kind, sentence = outcome({"PATH": str(tmp_path)})
    assert kind is pytest.skip.Exception and "playwright" in sentence
