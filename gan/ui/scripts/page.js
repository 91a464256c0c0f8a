/* The page's frame: the words of its header and of the letters at its foot, and the tab that a link names. */
(() => {
  const forge = window.DigitForge;

  /* Open the tab of ?tab=NAME, once the page is there; an unknown name leaves the first one open. */
  forge.openLinked = () => {
    const name = new URLSearchParams(window.location.search).get("tab") || "";
    if (/^[a-z]+$/.test(name)) document.getElementById(`tab-${name}-button`)?.click();
    return [];
  };
})();
