"""The mathematics by hand, in NumPy alone: each value, and right under it its gradient.

gradcheck   is this gradient right? central differences know
layers      what a network is made of, and what each part passes back
losses      how wrong is a picture, as one number
optim       how to walk downhill
windows     what a kernel sees, as columns of a matrix, and back
conv        convolution and its transpose: the definition, then one matrix product
pooling     the largest or the mean of each window
autograd    reverse mode: numbers that remember where they came from
"""
