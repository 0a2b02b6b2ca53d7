/** isTyping says that a key goes to a field that takes letters, so that it is no shortcut. A box to tick takes none. */
export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])'))
