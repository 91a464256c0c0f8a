"""The Your hand tab: a digit is drawn or photographed; its hand writes all ten.

tab         its answers
desk        a drawing in, its hand and digits in that hand out
endpoints   /invert
"""
