# SPDX-License-Identifier: Apache-2.0
"""Anchored heads and proofs of inclusion."""

import base64
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import boa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from world import deployer, events, person

MAX_SIZE = 2**63 - 1
ROOT, OTHER = sha256(b"root").digest(), sha256(b"other").digest()


@pytest.fixture(scope="module")
def anchors() -> Any:
    return deployer("src/UsageAnchor.vy").deploy()


@pytest.fixture
def anchor(anchors: Any) -> Any:
    with boa.env.anchor():
        yield anchors


class TestHeads:
    def test_a_head_is_told_in_an_event_and_kept(self, anchor: Any) -> None:
        publisher = person("market").address
        anchor.anchor(7, ROOT, "https://m.example/v1/log", sender=publisher)
        (log,) = events(anchor, "Anchored")
        assert (log.publisher, log.size, log.root) == (publisher, 7, ROOT)
        assert log.uri == "https://m.example/v1/log"
        assert anchor.sizeOf(publisher) == 7
        assert anchor.isHead(publisher, 7, ROOT)
        assert not anchor.isHead(publisher, 7, OTHER)
        assert not anchor.isHead(publisher, 6, ROOT)

    def test_a_size_only_grows(self, anchor: Any) -> None:
        anchor.anchor(7, ROOT, "")
        for size in (7, 6, 1, 0):
            with boa.reverts("size must grow"):
                anchor.anchor(size, ROOT, "")
        anchor.anchor(8, OTHER, "")

    def test_no_second_root_is_told_for_one_size(self, anchor: Any) -> None:
        anchor.anchor(7, ROOT, "")
        with boa.reverts("size must grow"):
            anchor.anchor(7, OTHER, "")

    def test_a_log_is_never_rolled_back(self, anchor: Any) -> None:
        anchor.anchor(8, ROOT, "")
        with boa.reverts("size must grow"):
            anchor.anchor(7, OTHER, "")

    def test_publishers_have_heads_of_their_own(self, anchor: Any) -> None:
        first, second = person("one").address, person("two").address
        anchor.anchor(100, ROOT, "", sender=first)
        anchor.anchor(1, OTHER, "", sender=second)
        assert (anchor.sizeOf(first), anchor.sizeOf(second)) == (100, 1)

    def test_an_empty_head_is_none(self, anchor: Any) -> None:
        nobody = person("nobody").address
        assert anchor.sizeOf(nobody) == 0
        assert not anchor.isHead(nobody, 0, b"\0" * 32)
        with boa.reverts("size must grow"):
            anchor.anchor(0, ROOT, "")

    def test_sizes_end_where_those_of_logs_end(self, anchor: Any) -> None:
        with boa.reverts("size"):
            anchor.anchor(MAX_SIZE + 1, ROOT, "")
        anchor.anchor(MAX_SIZE, b"\xff" * 32, "")
        assert anchor.sizeOf(boa.env.eoa) == MAX_SIZE
        assert anchor.isHead(boa.env.eoa, MAX_SIZE, b"\xff" * 32)
        # No larger size may reach into the bits of the root.
        for size in (2**63, 2**64 - 1, 2**64 + MAX_SIZE):
            assert not anchor.isHead(boa.env.eoa, size, b"\xff" * 32)


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, by its own recursion."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return path(index, leaves[:split]) + [tree(leaves[split:])]
    return path(index - split, leaves[split:]) + [tree(leaves[:split])]


LEAVES = [leaf_hash(b"%d" % n) for n in range(70)]


class TestInclusion:
    @given(size=st.integers(1, 70), data=st.data())
    def test_every_leaf_is_proven_and_nothing_else(
        self, anchors: Any, size: int, data: Any
    ) -> None:
        leaves = LEAVES[:size]
        index = data.draw(st.integers(0, size - 1))
        root, proof = tree(leaves), path(index, leaves)
        assert anchors.verify(root, size, index, leaves[index], proof)
        assert not anchors.verify(root, size, index, LEAVES[-1] if size < 70 else OTHER, proof)
        assert not anchors.verify(OTHER, size, index, leaves[index], proof)
        assert not anchors.verify(root, size, index, leaves[index], proof + [OTHER])
        if proof:
            assert not anchors.verify(root, size, index, leaves[index], proof[:-1])
            place = data.draw(st.integers(0, len(proof) - 1))
            changed = [*proof[:place], OTHER, *proof[place + 1 :]]
            assert not anchors.verify(root, size, index, leaves[index], changed)

    def test_every_index_of_small_trees_is_proven(self, anchors: Any) -> None:
        for size in range(1, 10):
            root = tree(LEAVES[:size])
            for index in range(size):
                proof = path(index, LEAVES[:size])
                assert anchors.verify(root, size, index, LEAVES[index], proof)
                for wrong in set(range(size + 2)) - {index}:
                    assert not anchors.verify(root, size, wrong, LEAVES[index], proof)

    def test_an_inner_node_is_no_leaf_of_the_anchored_size(self, anchors: Any) -> None:
        leaves = LEAVES[:4]
        inner = tree(leaves[:2])
        for index in range(4):
            assert not anchors.verify(tree(leaves), 4, index, inner, [tree(leaves[2:])])

    def test_a_path_longer_than_its_tree_is_refused_whatever_it_hashes_to(
        self, anchors: Any
    ) -> None:
        for size, index in ((1, 0), (2, 1), (5, 4), (8, 3)):
            above = sha256(b"\1" + OTHER + tree(LEAVES[:size])).digest()
            longer = [*path(index, LEAVES[:size]), OTHER]
            assert not anchors.verify(above, size, index, LEAVES[index], longer)

    def test_an_index_outside_the_tree_is_refused(self, anchors: Any) -> None:
        for size, index in ((0, 0), (1, 1), (0, 2**256 - 1), (5, 2**255)):
            assert not anchors.verify(LEAVES[0], size, index, LEAVES[0], [])
        assert anchors.verify(LEAVES[0], 1, 0, LEAVES[0], [])

    def test_no_size_makes_it_revert(self, anchors: Any) -> None:
        # Also not one without end, whose right edge moves up for 255 levels.
        for index in (0, 1, 2**255, 2**256 - 2):
            assert not anchors.verify(ROOT, 2**256 - 1, index, ROOT, [ROOT] * 64)


def vectors() -> list[Any]:
    folder = os.environ.get("ORBAN_VECTORS")
    if not folder:
        reason = "set ORBAN_VECTORS to the folder of other people's vectors"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    files = sorted((Path(folder) / "merkle" / "inclusion").rglob("*.json"))
    assert files, f"no vectors under {folder}/merkle/inclusion"
    return [pytest.param(file, id="/".join(file.parts[-2:])) for file in files]


@pytest.mark.parametrize("file", vectors())
def test_other_peoples_vectors_hold(anchors: Any, file: Path) -> None:
    case = json.loads(file.read_text())
    words = [case["root"], case["leafHash"], *(case["proof"] or [])]
    decoded = [base64.b64decode(word) if word else b"" for word in words]
    size, index = case["treeSize"], case["leafIdx"]
    if any(len(word) != 32 for word in decoded) or size < 0 or index < 0:
        # What the ABI cannot even say is refused before the contract sees it.
        assert case["wantErr"]
        return
    root, leaf, *proof = decoded
    assert anchors.verify(root, size, index, leaf, proof) == (not case["wantErr"])
