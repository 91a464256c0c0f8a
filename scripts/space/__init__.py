"""`make space`: the folder that is a Hugging Face Space, and the proof that it runs as one.

assemble.py     which files, and copies of them in build/space
environment.py  a Python that has what the Hub would install, and nothing else
serve.py        the folder's app, started as the Hub starts it
frame.py        a page of another site that shows it in a frame, as the Hub's own pages do (frame.html)
drive.py        a visitor in Chromium: what is wrong there
"""
