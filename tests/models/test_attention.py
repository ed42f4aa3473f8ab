import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.models.attention import SelfAttention, attention


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@settings(max_examples=20, deadline=None)
@given(
    n=st.integers(1, 3),
    heads=st.integers(1, 4),
    tokens=st.integers(1, 9),
    d=st.integers(1, 8),
    size=st.sampled_from([0.1, 1.0, 40.0]),
)
def test_attention_is_torchs_own(n, heads, tokens, d, size):
    q, k, v = torch.randn(3, n, heads, tokens, d, generator=seeded(tokens), dtype=torch.float64)
    want = F.scaled_dot_product_attention(size * q, size * k, v)
    torch.testing.assert_close(attention(size * q, size * k, v), want, rtol=1e-9, atol=1e-9)


def test_with_the_identity_for_values_the_weights_come_out_and_each_row_sums_to_1():
    q, k = torch.randn(2, 2, 3, 5, 4, generator=seeded())
    weights = attention(q, k, torch.eye(5).expand(2, 3, 5, 5))
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 3, 5))
    assert (weights > 0).all()


def test_the_spread_of_the_scores_does_not_grow_with_d():
    def largest(d):
        q, k = torch.randn(2, 1, 1, 400, d, generator=seeded())
        return attention(q, k, torch.eye(400).expand(1, 1, 400, 400)).amax(dim=-1).mean().item()

    assert largest(256) == pytest.approx(largest(16), rel=0.2)


def layer(**options):
    torch.manual_seed(0)
    return SelfAttention(16, 12, **options)


def test_a_layer_begins_as_the_identity_and_mixes_all_places_once_it_has_learned():
    block, x = layer(), torch.randn(2, 16, 3, 4, generator=seeded())
    assert torch.equal(block(x), x)
    torch.nn.init.normal_(block.end.weight, generator=seeded())
    x.requires_grad_()
    block(x)[0, :, 0, 0].sum().backward()
    reached = x.grad[0].abs().sum(dim=0)
    assert (reached > 0).all() and not x.grad[1].any()  # every place, and no other picture


def test_a_layer_knows_its_places_apart_only_by_what_it_has_learned_of_them():
    block, x = layer(), torch.randn(1, 16, 3, 4, generator=seeded())
    torch.nn.init.normal_(block.end.weight, generator=seeded())
    turned = block(x.flip(-1)).flip(-1)
    torch.testing.assert_close(turned, block(x), rtol=1e-4, atol=1e-5)
    torch.nn.init.normal_(block.place, generator=seeded())
    assert (block(x.flip(-1)).flip(-1) - block(x)).abs().max() > 1e-2


def test_its_output_is_attention_of_what_qkv_gives():
    block, x = layer(heads=2), torch.randn(2, 16, 3, 4, generator=seeded())
    torch.nn.init.normal_(block.end.weight, generator=seeded())
    q, k, v = block.qkv(x)
    assert q.shape == k.shape == v.shape == (2, 2, 12, 8)
    mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    want = x + block.end(mixed).transpose(1, 2).reshape(x.shape)
    torch.testing.assert_close(block(x), want, rtol=1e-4, atol=1e-5)


@pytest.mark.errors
def test_channels_that_cannot_be_divided_among_the_heads_are_refused():
    with pytest.raises(ValueError, match="multiple of heads, got 16 and 3"):
        layer(heads=3)
