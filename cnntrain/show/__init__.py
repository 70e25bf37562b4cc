"""What people see: pictures, tables and the progress bar.

Everything returns a picture or text; nothing writes files.
"""
