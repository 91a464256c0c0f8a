"""What lies on disk? Weights, what lies beside them, and the state of a run; one file an idea.

atomic      a file is written whole or not at all
sidecar     the one verifier of files beside weights
released    weights as they are released: safetensors with their config
index       checkpoints/index.json, and how a file gets there
state       training state, and the one before it
snapshots   how weights came about: the history beside them
hub         a run on the Hugging Face Hub
"""
