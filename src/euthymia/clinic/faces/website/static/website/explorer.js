// A slider under each number of the course. Without this file the numbers are typed and the button shows the pictures.

function sliderFor(input) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "slider";
  slider.min = input.dataset.sliderLeast;
  slider.max = input.dataset.sliderMost;
  slider.step = input.dataset.sliderStep;
  slider.value = input.value;
  slider.setAttribute("aria-label", `${input.labels[0].textContent.trim()}, slider`);
  slider.addEventListener("input", () => {
    input.value = slider.value;
  });
  input.addEventListener("input", () => {
    slider.value = input.value;
  });
  return slider;
}

for (const input of document.querySelectorAll("[data-slider-least]")) {
  input.closest(".field").append(sliderFor(input));
}
