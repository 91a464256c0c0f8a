"""`make site`: build/site, the page as plain files that any web host serves, with no server of ours behind it.

files.py    the page's own files: the frame (gan/ui/site/), scripts, styles, words, modules
build.py    all of them and the models, written whole or not at all
"""
