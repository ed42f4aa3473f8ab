"""Which exercise stands in which lesson: a literal, so that looking a name up loads no lesson."""

EXERCISES = {  # in lesson order; the name is the id, unique in the course
    "invert": 0,
    "cut_hole": 0,
    "mse_loss": 1,
    "numerical_grad": 1,
    "mse_loss_grad": 1,
    "psnr": 1,
    "gradient_descent": 2,
    "roughness_grad": 2,
    "fill_hole": 2,
}
