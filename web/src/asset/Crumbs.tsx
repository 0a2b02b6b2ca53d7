// Where an asset stands: the names above it, each a way there where the reader may go. The names are there at once, and
// where they lead follows in its place.
import { Fragment, type ReactNode } from 'react'
import { makeStyles, tokens } from '@fluentui/react-components'
import type { Origin } from '../client/api'
import { Link } from '../ui/Parts'
import { titleOf } from '../ui/types'
import { namesAbove } from './model'
import { words } from './strings'

const useStyles = makeStyles({
  path: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
})

export function Crumbs({ of, origin }: { of: string; origin: Origin | undefined }) {
  const s = useStyles()
  const way = (qualifiedName: string, name: string, root: boolean): ReactNode => {
    const up = origin?.above.find(a => a.qualifiedName === qualifiedName)
    if (up) return <Link to="/asset/$guid" params={{ guid: up.guid }} title={titleOf(up.type)}>{name}</Link>
    if (root && origin?.sourceOpen) return <Link to="/sources/$source" params={{ source: origin.source }}>{name}</Link>
    return name
  }
  return (
    <nav className={s.path} aria-label={words.where}>
      <Link to="/search">{words.assets}</Link>
      {namesAbove(of).map(({ name, qualifiedName }, i) => <Fragment key={qualifiedName}> › {way(qualifiedName, name, i === 0)}</Fragment>)}
    </nav>
  )
}
