"""How complaints about a configuration are worded: nothing here is needed to read a right one."""
