/* Not here, or not yet: whoever asked asks the server, where there is one. */
export class Elsewhere extends Error {
  constructor(reason) {
    super(reason);
    Object.assign(this, { name: "Elsewhere", reason });
  }
}
