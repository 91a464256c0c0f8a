"""Who judges? The independent reader, and D's own opinion as a probability; one file an idea.

classifier      the reader: which class does a picture show?
fitting         how a reader is trained
fit_classifier  a reader trained on a dataset, and its file
calibration     the curve that makes a probability of a comparing loss's logits, and its file
verdict         D's opinion of a picture
fit_verdict     the curve fitted to a checkpoint, and its file
"""
