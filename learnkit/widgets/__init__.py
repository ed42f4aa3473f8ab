"""What a lesson shows: figures that carry their description, and one visualizer a file.

show             show(fig, alt="..."), and rows of pictures
show_table       show_table(rows): names and numbers, in place of a printed dictionary
progress_bar     a bar over any training: steps, loss, time left, and where it was stopped
loss_curve       the curve of its losses, which grows meanwhile
panel            a pure figure(params) under thin controls, with a static form
pixels           lesson 00: the numbers behind a picture, and a hole drawn over it
parabola         lesson 01: one grey level, its loss, and the tangent
ravine           lesson 02: descent on a bowl, with the learning rate in your hand
descent_in_hole  lesson 02: a hole that fills, frame by frame
logit            lesson 03: two losses over one logit, and the gradient of each
race             lesson 04: four optimizers down a valley, and in a hole
graph            lesson 05: the graph of an expression, stepped through backward
kernel           lesson 06: a 3 x 3 kernel to edit, and its window to move
curves           lesson 07: scrub through training: two loss curves, and the picture at each step
latent           lesson 08: the plane that pictures are decoded from, and a point to drag
ring             lesson 09: a GAN that learns the ring, and the blobs it has found
brush/           lesson 10: a hole that you paint, and every method fills it, scored and timed
posterior        lesson 11: eight fills of one hole, and their mean
denoising        lesson 12: a sample on its way from noise to picture, and what is believed in
which_is_real    lesson 13: one of two pictures is real; your right answers, with their interval
data_size        lesson 14: decibels by training pictures, and fills beside the nearest one seen
roofline         lesson 15: what operations reach on this machine, under what it can do at most
live             lesson 15: the frames of a camera, each beside its fill, as they come
uncertainty      lesson 16: how much several fills differ, laid over their mean
switchboard      lesson 17: the article's program, with a switch for each of its faults
walks            lesson 18: points on their way from noise to the ring, curved and straight
guidance         lesson 18: garments of a kind that you choose, more and more like their kind
"""
