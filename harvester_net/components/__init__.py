"""Components: several resources under one name, made of the classes of `program`.

A Python program makes them where it runs; those in other languages have the plugin make them
(`plugin/components.py`). Both get the same children, so either may go on with a stack of the
other (P13.2).
"""
