"""The ordered change: plan (pure) -> journal -> run -> verify. Nothing stands here yet."""
