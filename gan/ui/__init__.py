"""The page: what visitors see, and what programs may ask of it.

page        puts the tabs together and serves them
tab         what a tab is: one object a page, with its page, its answers, its endpoints and its routes
tabs/       the tabs, a folder each: what it computes, its page, scripts and styles, its endpoints
service     the loaded models, the pen that draws with them, the threads, and what was used last
inputs      wrong inputs are sentences at their controls
judge       what D and the reader say of pictures
captions    words that alternative texts share
absence     why real data are not used
replay      a recipe drawn once more
wire        requests and answers as JSON; base64 is known here and nowhere else
moves       the socket of those moves that must be answered within a frame
assets      the page's files as text: scripts, styles, pages
endpoints   what programs call: /replay and /models; downloads: what all endpoints share
words       in which language? labels, words and sentences, a file each
theme       colours and type; scripts/page.css has the rest
scripts/    what all tabs' scripts build on

A new tab is a folder in tabs/, its name in NAMES there, and its words.
"""
