"""The instrument: what is measured of generated digits, one file an idea. `gan.evaluate` is its command.

samples     where digits come from: a checkpoint or an .npz, checked before any work
metrics     FID, KID, Inception Score, precision, recall, density, coverage: functions of features
memory      is the training set being copied?
classes     the table of classes: is each drawn as asked, and in many ways?
cas         classifiers trained on generated digits, tested on real ones
style       one z, every class: is it one handwriting?
readers     which classifier can judge which dataset
cost        parameters, multiply-adds, milliseconds
inception   FID in Inception's features, optional
run         all of it in order, as one Report
report      a Report for people
command     what gan.evaluate does, from its options to the file
"""
