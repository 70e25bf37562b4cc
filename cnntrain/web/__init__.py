"""The page of a run: HTML, style and scripts, and what fills them in. It returns text, writes nothing."""
