// The arrow keys go from the search field to the hits, through them, and back.
import type { KeyboardEvent } from 'react'

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

function onKeyDown(e: KeyboardEvent<HTMLElement>) {
  const step = steps[e.key]
  if (!step || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return
  const links = [...e.currentTarget.querySelectorAll<HTMLElement>('a[href]')]
  const at = links.indexOf(e.target as HTMLElement)
  if (at < 0) return
  e.preventDefault()
  if (at + step < 0) document.querySelector<HTMLElement>('[role=search] input')?.focus()
  else links[at + step]?.focus()
}

/** useSteps are the listeners of a list of hits; the search field finds it by its mark. */
export const useSteps = () => ({ onKeyDown, 'data-hits': '' })
