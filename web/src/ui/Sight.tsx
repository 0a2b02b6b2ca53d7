// What a picture begins with: as much as can be read in the room that there is.
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { makeStyles } from '@fluentui/react-components'

export interface Room {
  width: number
  height: number
}

const useStyles = makeStyles({ all: { flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' } })

/** Sight is the place of a picture, which is drawn when it is known how much room there is. */
export function Sight({ children }: { children: (room: Room) => ReactNode }) {
  const s = useStyles()
  const place = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState<Room>()
  useLayoutEffect(() => setRoom({ width: place.current!.clientWidth, height: place.current!.clientHeight }), [])
  return <div className={s.all} ref={place}>{room && children(room)}</div>
}

/** margin is what stays free around what a picture begins with, as a part of the room. */
export const margin = 0.1

/** readable is the smallest scale at which people read the names of nodes. */
const readable = 0.6

/**
 * firstSeen gives the ids of those nodes, all of one size, that a picture begins with: all, where they can be read then; else
 * one and what stands closest to it, as many columns as can be read, and of each what is beside that one.
 */
export function firstSeen(id: string | undefined, nodes: { id: string; x: number; y: number }[], size: Room, room: Room): string[] {
  const base = nodes.find(n => n.id === id)
  const wide = room.width / (1 + margin), high = room.height / (1 + margin)
  const xs = nodes.map(n => n.x), ys = nodes.map(n => n.y)
  const top = Math.min(...ys), bottom = Math.max(...ys) + size.height
  const fits = Math.max(...xs) - Math.min(...xs) + size.width <= wide / readable && bottom - top <= high / readable
  if (!base || fits) return nodes.map(n => n.id)
  let left = base.x, right = base.x
  for (const x of [...new Set(xs)].sort((a, b) => Math.abs(a - base.x) - Math.abs(b - base.x) || b - a)) {
    if (Math.max(right, x) - Math.min(left, x) + size.width > wide / readable) break
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  const tall = high / Math.min(1, wide / (right - left + size.width))
  const from = Math.max(top, Math.min(base.y + size.height / 2 - tall / 2, bottom - tall))
  return nodes.filter(n => n === base || (n.x >= left && n.x <= right && n.y >= from && n.y + size.height <= from + tall)).map(n => n.id)
}
