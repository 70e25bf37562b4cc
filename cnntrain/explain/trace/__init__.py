"""One forward and one backward pass, number by number: what `cnntrain trace` shows.

`example` opens the network and the image and runs the pass; `follow` chooses one path through the
network (`path`) and collects lines along it, forward and backward; `builder` makes each line, as
`explainers` describes the layer. Every number is the network's own; with it comes the arithmetic
behind it, done independently. `cnntrain.show.trace` renders the result as text.
"""
