"""What users read besides Pulumi's own output: plans and unfinished changes as text, Markdown
and JSON.

Pure: the same snapshot gives the same text, byte for byte.
"""
