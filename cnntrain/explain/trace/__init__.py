"""One forward and one backward pass, number by number: what `cnntrain trace` shows.

`example` opens the network and the image and runs the pass; `follow` chooses one path through the
network (`path`) and collects lines along it, up and down; `builder` makes each line, from what
`explainers` knows of the layer. Every number is the network's own; beside it stands the arithmetic
that leads to it, done once more by hand. `cnntrain.show.trace` prints the result.
"""
