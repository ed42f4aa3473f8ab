"""The mathematics by hand, in NumPy alone: each value, and right under it its gradient.

gradcheck   is this gradient right? central differences know
losses      how wrong is a picture, as one number
optim       how to walk downhill
"""
