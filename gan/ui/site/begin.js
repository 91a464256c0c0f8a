/* Before anything is painted: light or dark as the visitor's system is, on <body> as Gradio has it, and from then on
   whenever that changes; and the weights that draw first are under way while the scripts still come. */
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.body.classList.toggle("dark", dark.matches);
  follow();
  dark.addEventListener("change", follow);

  const { names, weights } = JSON.parse(document.getElementById("site").textContent);
  const named = new URLSearchParams(window.location.search).get("model");
  const file = weights[names.includes(named) ? named : names[0]];
  // Read to its end, it is in the browser's cache when the Worker asks for it
  fetch(file).then((answer) => answer.arrayBuffer(), () => {});
})();
