// A slider under each number of the course, and what is wrong with a number beside it once it was left.
// Without this file the numbers are typed, and the button shows the pictures or what is wrong.

const inputs = [...document.querySelectorAll("[data-slider-least]")];
const pictures = document.getElementById("pictures");

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

function tell(input, sentence) {
  const field = input.closest(".field");
  const id = `${input.id}_error`;
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  field.querySelector(".field__error")?.remove();
  field.classList.toggle("field--error", Boolean(sentence));
  if (sentence) {
    const told = document.createElement("p");
    told.className = "field__error";
    told.id = id;
    told.textContent = sentence;
    (input.closest(".with-unit") ?? input).before(told);
    input.setAttribute("aria-invalid", "true");
    described.push(id);
  } else {
    input.removeAttribute("aria-invalid");
  }
  input.setAttribute("aria-describedby", described.join(" "));
}

// While somebody types a number it may not be whole yet: nothing is said beside it until he leaves it.
function check(input) {
  const sentence = pictures.querySelector(`[data-error-of="${input.id}"]`)?.dataset.sentence ?? "";
  if (!sentence || input !== document.activeElement) tell(input, sentence);
}

for (const input of inputs) {
  input.closest(".field").append(sliderFor(input));
  input.addEventListener("blur", () => check(input));
}
pictures?.addEventListener("htmx:afterSwap", () => {
  document.querySelector(".explorer__form .errors")?.remove(); // of the page as it came; the pictures' place says it now
  inputs.forEach(check);
});
