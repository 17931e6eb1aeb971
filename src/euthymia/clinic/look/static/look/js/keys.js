// "/" goes to the search box; arrow keys move between the rows of a list.
function isTyping(element) {
  return element.matches?.("input, textarea, select, [contenteditable]") ?? false;
}

function moveRow(event) {
  const row = event.target.closest?.("[data-rows] tr, [data-rows] li");
  if (!row) return;
  let next = row;
  do {
    next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling;
  } while (next && !next.querySelector("a, button"));
  if (!next) return;
  event.preventDefault();
  next.querySelector("a, button").focus();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") moveRow(event);
    const box = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select?.();
  });
}
