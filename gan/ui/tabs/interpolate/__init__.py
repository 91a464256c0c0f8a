"""The Interpolate tab: the way along two or more ends.

tab         its answers
way         the frames and their link
endpoints   /interpolate, /interpolate_gif
"""
