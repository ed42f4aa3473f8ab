"""The words for tensors' shapes, as `shapes` has them for arrays; apart, because it loads torch.

A signature says what a tensor holds. Within one call a letter stands for one size, so

    hole_mse(pred: Images, target: Images, hole: Hole) -> Scalar

says that both batches have one shape and the hole the same height and width. A run of the tests
under jaxtyping's hook proves it of every call.
"""

from jaxtyping import Bool, Float, Int64
from torch import Tensor

Floats = Float[Tensor, "..."]  # any shape, floating point
Scalar = Float[Tensor, ""]
Rows = Float[Tensor, "n"]  # one number a picture
Vector = Float[Tensor, "d"]
Latents = Float[Tensor, "n d"]  # a point of a latent space a picture
Images = Float[Tensor, "n c h w"]  # pictures, in [0, 1] unless the file says otherwise
Grey = Float[Tensor, "n 1 h w"]
Maps = Float[Tensor, "n _ h w"]  # what a layer sees or gives: the channels may change
Batch = Float[Tensor, "n *size"]  # n of anything: pictures or vectors
Drawn = Float[Tensor, "{count} c h w"]  # as many as the argument `count` says
Fills = Float[Tensor, "{count} n c h w"]  # so many versions of each picture
Many = Float[Tensor, "*many n c h w"]  # pictures (n, c, h, w), or several versions of each
Hole = Bool[Tensor, "#n 1 h w"]  # True = to be filled; one a picture, or one for all
Steps = Int64[Tensor, "n"]  # a step of the noise schedule a picture; -1 is clean
Levels = Float[Tensor, "T"]  # what a noise schedule has kept of the signal at each step, ᾱ
Labels = Int64[Tensor, "n"]
Indices = Int64[Tensor, "_"]
