"use strict";
const filters = document.getElementById("filters");
function show() {
  const { owner, stage, changed, warned } = filters.elements;
  let shown = 0;
  for (const section of document.querySelectorAll("section.owner")) {
    let left = 0;
    for (const deal of section.querySelectorAll("article")) {
      const wanted = (!owner.value || owner.value === section.dataset.owner)
        && (!stage.value || stage.value === deal.dataset.stage)
        && (!changed.checked || "changed" in deal.dataset)
        && (!warned.checked || "warned" in deal.dataset);
      deal.hidden = !wanted;
      left += wanted;
    }
    section.hidden = !left;
    shown += left;
  }
  document.getElementById("shown").textContent = shown;
}
if (filters) {
  filters.hidden = false;
  filters.addEventListener("input", show);
  filters.addEventListener("submit", (event) => event.preventDefault());
  show();
}
