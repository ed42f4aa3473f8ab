import pytest

from learnkit import assets
from tools.ship_weights import main


def test_shipped_weights_are_whole_and_known_by_their_hashes(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / assets.HASHES).write_text("{}")
    monkeypatch.setattr(assets, "FOLDER", folder)
    for name, content in (("new.safetensors", b"numbers"), ("new.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    main([str(tmp_path), "new"], folder)
    assert assets.read("new.safetensors") == b"numbers" and assets.read("new.json") == b"{}"
    assert assets.sha256(b"numbers") in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        main([str(tmp_path), "old"], folder)
