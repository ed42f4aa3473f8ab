"""What makers of the course run, in a checkout; learnkit never imports it.

python -m tools.make_assets    the embedded pictures, from their two public sources
python -m tools.ask_torch      what PyTorch answers to the lessons that never load it
python -m tools.ship_weights   trained weights, after `learnkit train`
"""
