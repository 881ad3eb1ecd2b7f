"""A preview of Pulumi as one comment on a pull request.

The way of one: `reading` makes a `Preview` of what Pulumi wrote, `verdict` and `changes` say
what is in it, `comment` puts it into Markdown, and `hosts` puts that on the pull request.
Everything but `hosts` is pure.
"""
