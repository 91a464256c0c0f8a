/* What all generators' networks share: a synthesis in the heap's scratch, drawn with, or kept for the way back. */
export class Synthesis {
  /* w (n, w_dim) -> images (n, 784) in [-1, 1]. */
  synthesize(w, n) {
    const { heap } = this;
    return heap.borrow(() => this.paint(heap.put(w, n, w.length / n)));
  }

  /* w (n, w_dim) -> images (n, 784), and what turns gradients by them into gradients by w (n, w_dim). After `prepare`,
     and within one `borrow` with the pull: what that needs lies in the heap. */
  synthesizeWithPull(w, n) {
    const { heap } = this, kept = {}, images = this.paint(heap.put(w, n, w.length / n), kept); // prettier-ignore
    return { images, pull: (gradients) => heap.borrow(() => heap.copy(this.pull(kept, gradients))) };
  }
}
