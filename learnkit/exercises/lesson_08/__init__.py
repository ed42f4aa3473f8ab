"""Lesson 08: a variational autoencoder: noise that lets the gradient pass, and what it costs."""
