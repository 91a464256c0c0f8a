"""How are weights made? One step, the run around it, its folder, and those who look on; one file an idea.

options       what the train command asks for
start         what it does, in order
endings       how it ends, in one sentence
plan          the config resolved, what it comes to, and what cannot train
preview       what there is to learn from, told before a run
precision     which arithmetic pays on a processor
resume        a run goes on, or is extended to another length or objective
batches       what a step is fed: images in the run's order, noise, augmentation
adversaries   G, D, the average of G, their optimizers and counters, and the step in which they learn
halves        the same step, D alone or G alone
loop          step after step to the budget's end: saving, showing, going back after NaN
samples       the pictures by which a run is shown
run_folder    all names in a run's folder; check, clear and thin it
observer      what a run tells those who look on
console       a run in the terminal
log           a run in files of rows, and TensorBoard's
class_check   a look at every class: accuracy, diversity, distance
limits        when D has won or lost, when a class is ignored, collapsed or missing
watcher       watches a run by these, and replays its log
alarms        what it then says
film          film.gif, made from a run's folder
curves        summary.png, made from a run's folder
moments       the history of released weights, measured
session       a run that the page steers, in a process of its own
distributed   one run on several processes
malloc        memory that the next step asks for again
"""
