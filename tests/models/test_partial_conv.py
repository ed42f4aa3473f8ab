import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from learnkit.models.partial_conv import (
    GatedConv2d,
    GatedUNet,
    PartialConv2d,
    PartialUNet,
    partial_conv2d,
)

DTYPES = [torch.float32, torch.bfloat16, torch.float16]


def some_picture(seed, n=2, c=3, h=7, w=6, o=4, k=3):
    rng = torch.Generator().manual_seed(seed)
    image = torch.rand(n, c, h, w, generator=rng)
    weight = torch.randn(o, c, k, k, generator=rng) / (c * k * k) ** 0.5
    bias = torch.randn(o, generator=rng)
    return image, torch.rand(n, 1, h, w, generator=rng) < 0.3, weight, bias


def by_loops(image, known, weight, bias, stride=1, padding=0):
    """The definition: one window at a time."""
    image, known = F.pad(image, (padding,) * 4), F.pad(known, (padding,) * 4)
    n, k = len(image), weight.shape[-1]
    h, w = ((side - k) // stride + 1 for side in image.shape[2:])
    out, some = torch.zeros(n, len(weight), h, w), torch.zeros(n, 1, h, w, dtype=torch.bool)
    for i in range(n):
        for y in range(h):
            for x in range(w):
                window = (..., slice(y * stride, y * stride + k), slice(x * stride, x * stride + k))
                m = int(known[i][window].sum())
                if m:
                    total = (weight * image[i][window] * known[i][window]).sum((1, 2, 3))
                    out[i, :, y, x] = total * k * k / m + bias
                    some[i, 0, y, x] = True
    return out, some


@given(
    seed=st.integers(0, 999),
    k=st.sampled_from([1, 2, 3, 5]),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
)
@settings(deadline=None, max_examples=25)
def test_it_is_its_definition_by_loops_whatever_the_stride_and_the_padding(
    seed, k, stride, padding
):
    given_ = some_picture(seed, n=1, c=2, o=2, k=k)
    got = partial_conv2d(*given_, stride=stride, padding=padding)
    want = by_loops(*given_, stride, padding)
    torch.testing.assert_close(got[0], want[0], rtol=1e-4, atol=1e-5)
    assert torch.equal(got[1], want[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_where_all_is_known_it_is_torch_s_convolution_bit_for_bit(dtype):
    image, known, weight, bias = (a.to(dtype) for a in some_picture(0))
    known = torch.ones_like(known, dtype=torch.bool)
    assert torch.equal(partial_conv2d(image, known, weight)[0], F.conv2d(image, weight))
    strided = partial_conv2d(image, known, weight, stride=2)[0]
    assert torch.equal(strided, F.conv2d(image, weight, stride=2))
    out, _ = partial_conv2d(image, known, weight, bias)
    assert torch.equal(out, F.conv2d(image, weight) + bias[:, None, None])


@pytest.mark.parametrize("dtype", DTYPES)
def test_where_nothing_is_known_it_is_0_bias_and_all_and_has_no_nan_behind_it(dtype):
    image, known, weight, bias = some_picture(1)
    known[0], known[1, ..., :4] = False, False
    image.masked_fill_(~known, torch.nan)
    image, weight, bias = (a.to(dtype).requires_grad_() for a in (image, weight, bias))
    out, some = partial_conv2d(image, known, weight, bias)
    assert not some[0].any() and not some[1, ..., :2].any() and some[1].any()
    assert out.dtype == dtype and out.isfinite().all()
    assert not out.masked_select(~some).any()
    grads = torch.autograd.grad(out.float().square().sum(), (image, weight, bias))
    assert all(g.isfinite().all() for g in grads)
    assert not grads[0].masked_select(~known).any()


@given(seed=st.integers(0, 999))
@settings(deadline=None, max_examples=20)
def test_a_flat_picture_stays_as_it_is_however_little_of_it_is_known(seed):
    image, known, weight, _ = some_picture(seed)
    flat = torch.full_like(image, 0.7)
    ones = torch.ones_like(weight)
    out, some = partial_conv2d(flat, known, ones)
    torch.testing.assert_close(out, some * torch.full_like(out, 0.7 * 27))


@given(seed=st.integers(0, 999))
@settings(deadline=None, max_examples=20)
def test_what_lies_under_the_hole_is_never_read_and_what_is_known_grows(seed):
    image, known, weight, bias = some_picture(seed)
    other = torch.where(known, image, torch.inf)
    one, some = partial_conv2d(image, known, weight, bias, padding=1)
    two, _ = partial_conv2d(other, known, weight, bias, padding=1)
    assert torch.equal(one, two)
    assert not (known & ~some).any()


def test_the_gradients_are_those_of_differences():
    image, known, weight, bias = some_picture(3, n=1, c=2, h=4, w=4, o=2)
    leaves = [a.double().requires_grad_() for a in (image, weight, bias)]
    assert torch.autograd.gradcheck(
        lambda x, w, b: partial_conv2d(x, known, w, b, stride=2, padding=1)[0], leaves
    )


def test_at_the_border_the_padding_counts_as_unknown():
    ones = torch.ones(1, 1, 3, 3)
    out, _ = partial_conv2d(ones, ones > 0, ones, padding=1)
    torch.testing.assert_close(out, torch.full((1, 1, 3, 3), 9.0))


def test_in_half_precision_a_large_window_is_counted_right():
    k = 17  # 289 pixels, which a bfloat16 cannot hold
    image = torch.ones(1, 1, k, k, dtype=torch.bfloat16)
    out, _ = partial_conv2d(image, image > 0, torch.ones_like(image) / 256)
    assert torch.equal(out, F.conv2d(image, torch.ones_like(image) / 256))


def test_the_layer_is_the_function_with_weights_of_its_own_and_runs_under_autocast():
    layer = PartialConv2d(3, 4, 3, stride=2, padding=1)
    image, known, *_ = some_picture(4)
    want = partial_conv2d(image, known, layer.weight, layer.bias, stride=2, padding=1)
    got = layer(image, known)
    assert torch.equal(got[0], want[0]) and torch.equal(got[1], want[1])
    assert {n for n, _ in layer.named_parameters()} == {"weight", "bias"}
    assert PartialConv2d(3, 4, 3, bias=False).bias is None
    with torch.autocast("cpu", torch.bfloat16):
        out, _ = layer(image, known)
    torch.testing.assert_close(out.float(), want[0], rtol=0.05, atol=0.05)


def test_a_gated_convolution_multiplies_its_features_by_the_sigmoid_of_its_gates():
    x = torch.randn(2, 3, 6, 6)
    full, shared = GatedConv2d(3, 4, 3, padding=1), GatedConv2d(3, 4, 3, gates=2, stride=2)
    features, gate = full.conv(x).chunk(2, dim=1)
    torch.testing.assert_close(full(x), features * gate.sigmoid())
    both = shared.conv(x)
    want = both[:, :4] * both[:, 4:].sigmoid().repeat_interleave(2, dim=1)
    torch.testing.assert_close(shared(x), want)


def test_a_gated_convolution_with_open_gates_is_a_plain_one():
    x, gated, plain = torch.randn(2, 3, 6, 6), GatedConv2d(3, 4, 3, gates=1), nn.Conv2d(3, 4, 3)
    with torch.no_grad():
        gated.conv.weight[:4], gated.conv.weight[4:] = plain.weight, 0
        gated.conv.bias[:4], gated.conv.bias[4:] = plain.bias, 100
    torch.testing.assert_close(gated(x), plain(x))


@pytest.mark.parametrize("network", [PartialUNet, GatedUNet])
@pytest.mark.parametrize(("channels", "h", "w"), [(1, 28, 28), (3, 8, 12)])
def test_a_network_fills_holes_and_keeps_what_is_known_bit_for_bit(network, channels, h, w):
    torch.manual_seed(0)
    model = network(channels)
    images, hole = torch.rand(3, channels, h, w), torch.rand(3, 1, h, w) < 0.5
    hole[1], hole[2] = False, True
    hole[2, :, 0, 0] = False
    pred, filled = model(images, hole), model.fill(images, hole)
    assert pred.shape == images.shape and 0 <= pred.min() and pred.max() <= 1
    assert torch.equal(filled, torch.where(hole, pred, images)) and not filled.requires_grad
    damaged = images.masked_fill(hole, torch.nan)
    assert torch.equal(model.fill(damaged, hole), filled)


@pytest.mark.parametrize("network", [PartialUNet, GatedUNet])
def test_a_network_refuses_what_it_was_not_made_for(network):
    model, everything = network(1), torch.ones(1, 1, 28, 28, dtype=torch.bool)
    with pytest.raises(ValueError, match="covers every pixel"):
        model.fill(torch.rand(1, 1, 28, 28), everything)
    with pytest.raises(ValueError, match="made for pictures with 1 channel, got 3 of 28 x 28"):
        model.fill(torch.rand(1, 3, 28, 28), ~everything)


@given(st.integers(1, 31), st.integers(1, 31))
def test_the_gain_is_exactly_one_where_all_is_known_whatever_the_window(high, wide):
    known = torch.ones(1, 1, 32, 32, dtype=torch.bool)
    image, weight = torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, high, wide)
    image[..., high - 1, wide - 1] = weight[..., -1, -1] = 1
    out, some = partial_conv2d(image, known, weight)
    assert out[0, 0, 0, 0] == 1 and some.all()


def test_the_partial_network_s_middle_hears_of_every_known_pixel_however_far():
    model, images = PartialUNet(), torch.rand(1, 1, 28, 28)
    hole = torch.ones(1, 1, 28, 28, dtype=torch.bool)
    hole[..., :2, :2] = False
    other = images.clone()
    other[..., 0, 0] = 1 - other[..., 0, 0]
    with torch.no_grad():
        change = (model(images, hole) - model(other, hole)).abs()[0, 0]
    assert change[-4:, -4:].max() > 0


@pytest.mark.parametrize("network", [PartialUNet, GatedUNet])
def test_a_network_learns_to_fill_a_few_pictures(network):
    torch.manual_seed(0)
    rows, columns = torch.rand(8, 1, 8, 1), torch.rand(8, 1, 1, 8)
    images, model = rows * columns, network()
    hole = torch.zeros(8, 1, 8, 8, dtype=torch.bool)
    hole[..., 2:6, 2:6] = True
    optimizer, inside = torch.optim.Adam(model.parameters(), 3e-3), images[..., 2:6, 2:6]
    for _ in range(150):
        optimizer.zero_grad()
        loss = F.mse_loss(model(images, hole)[..., 2:6, 2:6], inside)
        loss.backward()
        optimizer.step()
    assert loss < 0.1 * inside.var()


@pytest.mark.errors
def test_what_does_not_fit_is_named():
    image, known, weight, _ = some_picture(0)
    with pytest.raises(
        TypeError, match=r"known must be a bool tensor, got torch.float32; write `known > 0`"
    ):
        partial_conv2d(image, known.float(), weight)
    with pytest.raises(ValueError, match=r"known must have shape \(2, 1, 7, 6\).* \(2, 3, 7, 6\)"):
        partial_conv2d(image, known.expand(-1, 3, -1, -1), weight)
    with pytest.raises(ValueError, match="multiples of 4, to be halved twice; got 7 x 6"):
        PartialUNet(3)(image, known)
    with pytest.raises(ValueError, match="hole must have shape"):
        GatedUNet()(torch.rand(2, 1, 8, 8), torch.ones(8, 8, dtype=torch.bool))
    with pytest.raises(ValueError, match="gates must divide out = 32, got 5"):
        GatedConv2d(3, 32, 3, gates=5)
