// The address that is drawn while one types. The router takes its time to make an address the page's own, and hits wait for
// nobody: they are drawn as soon as they are there, and the address follows behind them.
import { useSyncExternalStore } from 'react'
import { useLocation } from '@tanstack/react-router'
import type { Address } from './question'

let drawn: { over: string; at: Address } | undefined
const watchers = new Set<() => void>()

const watch = (watcher: () => void) => {
  watchers.add(watcher)
  return () => { watchers.delete(watcher) }
}

function show(next: typeof drawn) {
  drawn = next
  for (const watcher of watchers) watcher()
}

/** draw draws an address over the page's own, where that is still href; what it gives takes it away. */
export function draw(at: Address, href: string): () => void {
  const mine = { over: href, at }
  show(mine)
  return () => { if (drawn === mine) show(undefined) }
}

/** undraw takes away whatever is drawn over an address. */
export const undraw = () => show(undefined)

/** useDrawn gives what is drawn over the page's own address, or that. */
export function useDrawn(own: Address): Address {
  const href = useLocation({ select: l => l.href })
  const over = useSyncExternalStore(watch, () => drawn)
  return over?.over === href ? over.at : own
}
