"""One forward and one backward pass, number by number: what `cnntrain trace` shows.

`example` finds the network and the image, `follow` runs the pass and collects steps along one path
through the network (`path`, `walk`), `builder` makes each step from what `explain` knows of its
layer, `text` shows them. Every number is the network's own; beside it stands the arithmetic that
leads to it, done once more by hand.
"""
