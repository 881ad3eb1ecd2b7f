"""What an object on the server is in the words of the inputs, and the other way around.

One module for each kind of resource, all pure; the order of an object's life is in the kinds.
"""
