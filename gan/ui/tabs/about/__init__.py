"""The About tab: how a GAN works, and the chosen model's card.

tab      its answers
lesson   five pictures of the model's own
card     what is known of a model
"""
