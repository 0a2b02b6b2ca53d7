// A small picture that came as SVG text, such as a kind's icon. It comes from connectors, and a node may bring its own:
// the text is parsed and only shapes, their geometry and plain colours are drawn anew. Nothing in it can load, link,
// script or style.
import { createElement, useMemo, type ReactNode } from 'react'
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'

const shapes = new Set(['g', 'path', 'circle', 'ellipse', 'rect', 'line', 'polyline', 'polygon'])
const numbers = new Set(['d', 'cx', 'cy', 'r', 'rx', 'ry', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'width', 'height', 'points', 'transform', 'opacity', 'stroke-width', 'stroke-linecap', 'stroke-linejoin', 'stroke-dasharray', 'fill-rule', 'fill-opacity', 'stroke-opacity'])
const colours = new Set(['fill', 'stroke'])
const plain = /^[A-Za-z0-9 ,.()+-]*$/
const colour = /^(#[0-9A-Fa-f]{3,8}|[A-Za-z]+)$/
const most = 200

const useStyles = makeStyles({
  frame: { width: '40px', height: '40px', flexShrink: 0, display: 'grid', placeItems: 'center', borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground3 },
  small: { width: '24px', height: '24px' },
  picture: { width: '70%', height: '70%' },
})

/** drawn turns SVG text into shapes; null where there is nothing that can be drawn. */
export function drawn(svg: string): { box: string; shapes: ReactNode[] } | null {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
  const box = root.getAttribute('viewBox') ?? '0 0 32 32'
  if (root.localName !== 'svg' || !plain.test(box)) return null
  let left = most
  const draw = (parent: Element): ReactNode[] => [...parent.children].flatMap((node, key) => {
    if (!shapes.has(node.localName) || left-- <= 0) return []
    const props: Record<string, string | number> = { key }
    for (const { name, value } of node.attributes) {
      if ((numbers.has(name) && plain.test(value)) || (colours.has(name) && colour.test(value))) props[camel(name)] = value
    }
    return [createElement(node.localName, props, ...draw(node))]
  })
  return { box, shapes: draw(root) }
}

const camel = (name: string) => name.replace(/-([a-z])/g, (_, c: string) => c.toUpperCase())

/** Drawing shows SVG text; it says nothing to who can't see it, for a name stands beside it. */
export function Drawing({ svg, small }: { svg: string | undefined; small?: boolean }) {
  const s = useStyles()
  const picture = useMemo(() => (svg ? drawn(svg) : null), [svg])
  return (
    <span className={mergeClasses(s.frame, small && s.small)} aria-hidden>
      {picture && <svg className={s.picture} viewBox={picture.box}>{picture.shapes}</svg>}
    </span>
  )
}
