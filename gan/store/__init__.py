"""What lies on disk? Weights, what lies beside them, and the state of a run; one file an idea.

atomic      a file is written whole or not at all
sidecar     the one verifier of files beside weights
places      the folder that is written to, and the one that came along
names       what a checkpoint may be called
released    weights as they are released: safetensors with their config
index       checkpoints/index.json, and how a file gets there
state       training state, and the one before it
snapshots   how weights came about: the history beside them
hub         a run goes to the Hugging Face Hub
hub_source  weights come from there
"""
