/** The refusal may be drawn a few frames later, and a form that is being sent takes no focus. */
export function focusFirstError(form: HTMLFormElement, frames = 60): void {
  requestAnimationFrame(() => {
    const field = form.querySelector<HTMLElement>("[aria-invalid=true]");
    field?.focus();
    if ((!field || document.activeElement !== field) && frames > 0) focusFirstError(form, frames - 1);
  });
}
