// Opens and closes dialogs: data-open-dialog="id" on the opener, data-close-dialog inside.
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-open-dialog]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.openDialog)?.showModal();
    }
    event.target.closest?.("[data-close-dialog]")?.closest("dialog")?.close();
  });
}
