"""The rules one by one: each with its sentence, and silent one mistake away."""
