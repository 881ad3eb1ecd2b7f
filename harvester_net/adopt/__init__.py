"""Adoption: a living cluster as a program and an import file.

`reading` asks the kinds what each object amounts to, exactly as an import does; `outline`
makes a program of it that has no language yet (`program`); one module per language writes that
down. All but `reading` is pure.
"""
