// Space and the arrows: first open what is folded on this slide, then go on; back goes back.
const slides = [...document.querySelectorAll("section")];
const here = () => slides.findLastIndex(slide => slide.getBoundingClientRect().top < innerHeight / 2);
addEventListener("keydown", event => {
  const on = [" ", "ArrowRight", "ArrowDown", "PageDown"].includes(event.key);
  if (!on && !["ArrowLeft", "ArrowUp", "PageUp"].includes(event.key) || event.target.closest("summary, pre")) return;
  event.preventDefault();
  const folded = on && slides[here()].querySelector("details:not([open])");
  if (folded) {
    folded.open = true;
    folded.scrollIntoView({block: "nearest"});
  }
  else slides[here() + (on ? 1 : -1)]?.scrollIntoView();
});
