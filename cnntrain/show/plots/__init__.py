"""The pictures of `cnntrain plot`: each module draws one kind, and writes nothing."""
