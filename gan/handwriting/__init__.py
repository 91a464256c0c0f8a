"""Whose hand? Handwriting in units, its planes, and the hand behind a drawing; one file an idea.

measures        slant, thickness, width, height of pictures
hand            what is known of a generator's handwriting
write           asked for measures, the pictures that have them
fit_hand        a generator's handwriting, measured
planes          directions in w
edits           a place on a plane and measures, checked and drawn
planes_file     planes and hand on disk
encoder         a picture -> the hand that wrote it, in one pass
fit_encoder     how the encoder is trained
invert          a picture -> the z and w that redraw it; hands that can be told
"""
