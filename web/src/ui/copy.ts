// Copying without the clipboard, which a page has not without TLS: by way of a field that is selected for a moment.

/** byField reports whether a text is on the clipboard. The field stands beside the button, which keeps the focus. */
export function byField(text: string, button: HTMLElement): boolean {
  const field = document.createElement('textarea')
  field.value = text
  button.after(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  button.focus()
  return copied
}
