"""The Explore tab: one hand, moved over a plane of w and in measured units.

tab         its answers, its socket
explorer    what is known of each model's w, and what is drawn from it
endpoints   /edit
"""
